/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Flags of frames by name, for people and in JSON.
 */
#ifndef TOOLS_FLAG_TEXT_H
#define TOOLS_FLAG_TEXT_H

#include "json.h"

#define FLAGS_TEXT_SIZE 512

/* "uptodate,lru,bit63"; "-" where they are not known. */
void flags_to_text(uint64_t flags, char text[FLAGS_TEXT_SIZE]);

/* An array of names; NULL, which is null, where they are not known. */
struct json *json_flags(uint64_t flags);

#endif
