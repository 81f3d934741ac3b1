/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scenes that a test lists itself: in the place of those that are made from
 * what was read, so that what draws them is tested alone.  Included by one file
 * of a program.
 */
#ifndef TESTS_OWN_SCENE_H
#define TESTS_OWN_SCENE_H

#include "scene.h"

struct scene {
	int width, height;
	const struct item *items;
	size_t count;
};

int scene_width(const struct scene *scene)
{
	return scene->width;
}

int scene_height(const struct scene *scene)
{
	return scene->height;
}

size_t scene_count(const struct scene *scene)
{
	return scene->count;
}

const struct item *scene_item(const struct scene *scene, size_t index)
{
	return &scene->items[index];
}

#endif
