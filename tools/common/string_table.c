/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Copies of texts in large blocks, and a hash table that numbers equal ones:
 * a machine has hundreds of thousands of mappings with few names.
 */
#include "string_table.h"

#include <stdlib.h>
#include <string.h>

/* Blocks grow up to this: many tables have few texts. */
#define FIRST_BLOCK_SIZE 2048
#define BLOCK_SIZE 65536
#define FIRST_SLOTS 128

struct block {
	struct block *next;
	char text[];
};

struct strings {
	struct block *blocks;
	char *at;		/* where the newest block goes on */
	size_t left;
	size_t block_size;	/* of the newest */
	const char **texts;	/* by number */
	uint32_t count;
	uint32_t capacity;
	uint32_t *slots;	/* number + 1; 0: free */
	size_t slot_count;	/* a power of two, or 0 */
	size_t block_bytes;	/* of all blocks */
};

struct strings *strings_new(void)
{
	return calloc(1, sizeof(struct strings));
}

void strings_free(struct strings *strings)
{
	struct block *block, *next;

	if (!strings)
		return;
	for (block = strings->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	free(strings->texts);
	free(strings->slots);
	free(strings);
}

static char *new_block(struct strings *strings, size_t size)
{
	struct block *block = malloc(sizeof(*block) + size);

	if (!block)
		return NULL;
	block->next = strings->blocks;
	strings->blocks = block;
	strings->block_bytes += sizeof(*block) + size;
	return block->text;
}

static size_t next_block_size(const struct strings *strings, size_t size)
{
	size_t bytes = strings->block_size * 2;

	if (bytes < FIRST_BLOCK_SIZE)
		bytes = FIRST_BLOCK_SIZE;
	while (bytes < size * 8)
		bytes *= 2;
	return bytes < BLOCK_SIZE ? bytes : BLOCK_SIZE;
}

static char *allocate(struct strings *strings, size_t size)
{
	char *text;

	/* What is long gets a block of its own, and the newest goes on. */
	if (size > BLOCK_SIZE / 8)
		return new_block(strings, size);
	if (strings->left < size) {
		size_t bytes = next_block_size(strings, size);

		text = new_block(strings, bytes);
		if (!text)
			return NULL;
		strings->at = text;
		strings->left = strings->block_size = bytes;
	}
	text = strings->at;
	strings->at += size;
	strings->left -= size;
	return text;
}

const char *strings_keep(struct strings *strings, const char *text,
			 size_t length)
{
	char *copy = allocate(strings, length + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/* FNV-1a; the texts are names, not an attacker's keys for a server. */
static size_t hash(const char *text, size_t length)
{
	uint64_t value = 0xcbf29ce484222325;
	size_t i;

	for (i = 0; i < length; i++)
		value = (value ^ (unsigned char)text[i]) * 0x100000001b3;
	return (size_t)(value ^ value >> 32);
}

static uint32_t *find_slot(const struct strings *strings, const char *text,
			   size_t length)
{
	size_t at = hash(text, length);

	for (;; at++) {
		uint32_t *slot = &strings->slots[at & (strings->slot_count - 1)];
		const char *other;

		if (!*slot)
			return slot;
		other = strings->texts[*slot - 1];
		if (!strncmp(other, text, length) && !other[length])
			return slot;
	}
}

static int grow_slots(struct strings *strings)
{
	size_t count = strings->slot_count ? strings->slot_count * 2
					   : FIRST_SLOTS;
	uint32_t i, *slots;

	/* At most half full, so that a search is short. */
	if (strings->count * (size_t)2 < strings->slot_count)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -1;
	free(strings->slots);
	strings->slots = slots;
	strings->slot_count = count;
	for (i = 0; i < strings->count; i++)
		*find_slot(strings, strings->texts[i],
			   strlen(strings->texts[i])) = i + 1;
	return 0;
}

static int grow_texts(struct strings *strings)
{
	uint32_t capacity = strings->capacity * 2 + 32;
	const char **texts;

	if (strings->count < strings->capacity)
		return 0;
	texts = realloc(strings->texts, capacity * sizeof(*texts));
	if (!texts)
		return -1;
	strings->texts = texts;
	strings->capacity = capacity;
	return 0;
}

uint32_t strings_number(struct strings *strings, const char *text,
			size_t length)
{
	uint32_t *slot;
	const char *copy;

	if (grow_slots(strings) || grow_texts(strings))
		return STRINGS_NONE;
	slot = find_slot(strings, text, length);
	if (*slot)
		return *slot - 1;
	copy = strings_keep(strings, text, length);
	if (!copy)
		return STRINGS_NONE;
	strings->texts[strings->count++] = copy;
	*slot = strings->count;
	return strings->count - 1;
}

uint32_t strings_find(const struct strings *strings, const char *text,
		      size_t length)
{
	uint32_t *slot = strings->slot_count ?
			 find_slot(strings, text, length) : NULL;

	return slot && *slot ? *slot - 1 : STRINGS_NONE;
}

uint32_t strings_count(const struct strings *strings)
{
	return strings->count;
}

const char *strings_at(const struct strings *strings, uint32_t number)
{
	return number < strings->count ? strings->texts[number] : NULL;
}

size_t strings_bytes(const struct strings *strings)
{
	return sizeof(*strings) + strings->block_bytes +
	       strings->capacity * sizeof(*strings->texts) +
	       strings->slot_count * sizeof(*strings->slots);
}
