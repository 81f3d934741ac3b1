/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The window, by SDL2: the only file that knows it.  Scenes are painted by
 * paint.c, as for files, into the pixels that SDL gives; what SDL says becomes
 * events.  It sleeps in SDL's wait, which a thread of watch.c ends.
 */
#include "window.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if HAVE_SDL2

#include <SDL2/SDL.h>

#include "letters.h"
#include "output_kinds.h"
#include "watch.h"

#define UNIT	    13		/* pixels of small text at 96 dots per inch */
#define LEAST_WIDTH  240
#define LEAST_HEIGHT 160

struct window {
	SDL_Window *window;
	SDL_Renderer *renderer;	/* NULL: straight into the window's surface */
	SDL_Texture *texture;
	SDL_Surface *own;	/* for surfaces of other formats */
	struct type *type;
	struct watch *watch;
	int watched;		/* the descriptor that is waited for; -1 */
	Uint32 news;		/* SDL's number of our own events */
	char driver[32];
	int width, height;	/* pixels */
	int points_wide, points_high;	/* that the mouse is told in */
	char typed[SDL_TEXTINPUTEVENT_TEXT_SIZE];
	size_t typed_at;	/* what of it was given already */
};

/* ---- Opening ----------------------------------------------------------- */

static const struct {
	const char *hint, *value;
} hints[] = {
	{ SDL_HINT_NO_SIGNAL_HANDLERS, "1" },
	{ SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1" },
	{ SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0" },
	/* Surfaces are shared memory, not a texture behind our back. */
	{ SDL_HINT_FRAMEBUFFER_ACCELERATION, "0" },
	{ SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1" },
	{ SDL_HINT_RENDER_SCALE_QUALITY, "nearest" },
};

/* Called by the watching thread; SDL's queue is made for that. */
static void push_news(void *whom, enum watch_news news)
{
	const struct window *window = whom;
	SDL_Event event = { .type = window->news + (Uint32)news };

	SDL_PushEvent(&event);
}

/*
 * The painter has every pixel ready, so that a texture of a GPU would only be
 * a longer way: it is taken where there is no surface in shared memory
 * (Wayland), or where somebody names a driver of it.
 */
static bool wants_renderer(void)
{
	const char *asked = SDL_GetHint(SDL_HINT_RENDER_DRIVER);
	const char *video = SDL_GetCurrentVideoDriver();

	if (asked && *asked)
		return strcmp(asked, "software") != 0;
	return strcmp(video, "x11") != 0 && strcmp(video, "dummy") != 0 &&
	       strcmp(video, "offscreen") != 0;
}

static int make_surface(struct window *window, char why[256])
{
	SDL_RendererInfo info;

	snprintf(window->driver, sizeof(window->driver), "software");
	if (wants_renderer())
		window->renderer = SDL_CreateRenderer(window->window, -1,
			SDL_RENDERER_ACCELERATED | SDL_RENDERER_PRESENTVSYNC);
	if (window->renderer && !SDL_GetRendererInfo(window->renderer, &info))
		snprintf(window->driver, sizeof(window->driver), "%s",
			 info.name);
	if (window->renderer || SDL_GetWindowSurface(window->window))
		return 0;
	snprintf(why, 256, "SDL cannot draw on this display: %s",
		 SDL_GetError());
	return -ENODEV;
}

static void measure(struct window *window)
{
	SDL_Surface *surface;

	SDL_GetWindowSize(window->window, &window->points_wide,
			  &window->points_high);
	window->width = window->points_wide;
	window->height = window->points_high;
	if (window->renderer) {
		SDL_GetRendererOutputSize(window->renderer, &window->width,
					  &window->height);
		return;
	}
	surface = SDL_GetWindowSurface(window->window);
	if (surface) {
		window->width = surface->w;
		window->height = surface->h;
	}
}

/*
 * SDL takes a screen that nobody sees rather than none; that is for those who
 * ask for it.  Wayland is found in a folder of the session's: without one its
 * library says so on stderr, before X11 is found or not.
 */
static bool has_display(void)
{
	const char *asked = getenv("SDL_VIDEODRIVER");
	const char *video;

	if (asked && *asked)
		return !SDL_InitSubSystem(SDL_INIT_VIDEO);
	if (!getenv("XDG_RUNTIME_DIR"))
		SDL_SetHint("SDL_VIDEODRIVER", "x11");
	if (SDL_InitSubSystem(SDL_INIT_VIDEO))
		return false;
	video = SDL_GetCurrentVideoDriver();
	if (strcmp(video, "dummy") != 0 && strcmp(video, "offscreen") != 0)
		return true;
	SDL_QuitSubSystem(SDL_INIT_VIDEO);
	SDL_SetError("neither X11 nor Wayland");
	return false;
}

static int start_video(char why[256])
{
	size_t i;

	for (i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		SDL_SetHint(hints[i].hint, hints[i].value);
	if (has_display())
		return 0;
	snprintf(why, 256, "there is no display (%s)", SDL_GetError());
	return -ENODEV;
}

/*
 * SDL ends its own wait by a message to the window, over a second connection
 * to X11.  One that arrives when the window is gone is an error, and closing
 * that connection in order reads it, upon which X11's library ends the program
 * (SDL 2.26, a quit by key in four).  Nobody reads it at the process's end.
 */
static void stop_video(void)
{
	const char *video = SDL_GetCurrentVideoDriver();

	if (!video || strcmp(video, "x11") != 0)
		SDL_QuitSubSystem(SDL_INIT_VIDEO);
}

int window_open(const char *title, int width, int height, struct type *type,
		struct window **ret_window, char why[256])
{
	struct window *window;
	int err = start_video(why);

	if (err)
		return err;
	window = calloc(1, sizeof(*window));
	if (!window) {
		snprintf(why, 256, "out of memory");
		stop_video();
		return -ENOMEM;
	}
	window->type = type;
	window->watched = -1;
	window->news = SDL_RegisterEvents(2);
	window->window = SDL_CreateWindow(title, SDL_WINDOWPOS_UNDEFINED,
		SDL_WINDOWPOS_UNDEFINED, width, height,
		SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
	if (window->window)
		err = make_surface(window, why);
	else {
		snprintf(why, 256, "SDL opens no window: %s", SDL_GetError());
		err = -ENODEV;
	}
	if (!err) {
		err = watch_start(push_news, window, &window->watch);
		if (err)
			snprintf(why, 256, "no thread to wait in: %s",
				 strerror(-err));
	}
	if (err) {
		window_close(window);
		return err;
	}
	SDL_SetWindowMinimumSize(window->window, LEAST_WIDTH, LEAST_HEIGHT);
	SDL_StartTextInput();
	measure(window);
	*ret_window = window;
	return 0;
}

void window_close(struct window *window)
{
	if (!window)
		return;
	watch_stop(window->watch);
	SDL_FreeSurface(window->own);
	if (window->texture)
		SDL_DestroyTexture(window->texture);
	if (window->renderer)
		SDL_DestroyRenderer(window->renderer);
	if (window->window)
		SDL_DestroyWindow(window->window);
	stop_video();
	free(window);
}

/*
 * Where a desktop scales, there are more pixels than points.  Where it does
 * not, a screen's own density says that letters would be too small; three
 * quarters of it, since dense screens are looked at from nearer.
 */
static double scale_of(const struct window *window)
{
	int display = SDL_GetWindowDisplayIndex(window->window);
	float dots = 0;
	double scale;

	if (window->points_wide > 0 && window->width > window->points_wide)
		return (double)window->width / window->points_wide;
	if (display < 0 || SDL_GetDisplayDPI(display, &dots, NULL, NULL))
		return 1;
	scale = dots / 96 * 0.75;
	return scale < 1.25 ? 1 : scale > 3 ? 3 : (int)(scale * 4) / 4.0;
}

void window_size(const struct window *window, int *ret_width, int *ret_height,
		 int *ret_unit)
{
	*ret_width = window->width;
	*ret_height = window->height;
	*ret_unit = (int)(UNIT * scale_of(window) + 0.5);
}

void window_set_title(struct window *window, const char *title)
{
	if (strcmp(title, SDL_GetWindowTitle(window->window)) != 0)
		SDL_SetWindowTitle(window->window, title);
}

const char *window_driver(const struct window *window)
{
	return window->driver;
}

/* ---- Drawing ----------------------------------------------------------- */

static void paint(const struct window *window, const struct scene *scene,
		  void *words, int width, int height, int pitch, bool blue)
{
	const struct pixels pixels = {
		.words = words, .width = width, .height = height,
		.stride = (size_t)pitch / sizeof(uint32_t),
		.blue_lowest = blue };

	pixels_paint(&pixels, scene, window->type);
}

static void present(struct window *window)
{
	if (!window->renderer) {
		SDL_UpdateWindowSurface(window->window);
		return;
	}
	if (!window->texture)
		return;
	SDL_RenderCopy(window->renderer, window->texture, NULL, NULL);
	SDL_RenderPresent(window->renderer);
}

static bool has_texture(struct window *window)
{
	int width = 0, height = 0;

	if (window->texture)
		SDL_QueryTexture(window->texture, NULL, NULL, &width, &height);
	if (width == window->width && height == window->height)
		return true;
	if (window->texture)
		SDL_DestroyTexture(window->texture);
	window->texture = SDL_CreateTexture(window->renderer,
		SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING,
		window->width, window->height);
	if (window->texture)
		SDL_SetTextureBlendMode(window->texture, SDL_BLENDMODE_NONE);
	return window->texture;
}

static void draw_on_texture(struct window *window, const struct scene *scene)
{
	void *words;
	int pitch;

	if (!has_texture(window) ||
	    SDL_LockTexture(window->texture, NULL, &words, &pitch))
		return;
	paint(window, scene, words, window->width, window->height, pitch,
	      true);
	SDL_UnlockTexture(window->texture);
}

/* Screens of other than eight bits a colour get a copy that SDL converts. */
static SDL_Surface *paintable(struct window *window, SDL_Surface *surface)
{
	const SDL_PixelFormat *format = surface->format;

	if (format->BytesPerPixel == 4 && format->Gmask == 0xff00 &&
	    (format->Rmask == 0xff || format->Rmask == 0xff0000))
		return surface;
	if (window->own && (window->own->w != surface->w ||
			    window->own->h != surface->h)) {
		SDL_FreeSurface(window->own);
		window->own = NULL;
	}
	if (!window->own)
		window->own = SDL_CreateRGBSurfaceWithFormat(0, surface->w,
			surface->h, 32, SDL_PIXELFORMAT_RGB888);
	return window->own;
}

static void draw_on_surface(struct window *window, const struct scene *scene)
{
	SDL_Surface *surface = SDL_GetWindowSurface(window->window);
	SDL_Surface *to = surface ? paintable(window, surface) : NULL;

	if (!to || (SDL_MUSTLOCK(to) && SDL_LockSurface(to)))
		return;
	paint(window, scene, to->pixels, to->w, to->h, to->pitch,
	      to->format->Rmask == 0xff0000);
	if (SDL_MUSTLOCK(to))
		SDL_UnlockSurface(to);
	if (to != surface)
		SDL_BlitSurface(to, NULL, surface, NULL);
}

void window_draw(struct window *window, const struct scene *scene)
{
	if (window->renderer)
		draw_on_texture(window, scene);
	else
		draw_on_surface(window, scene);
	present(window);
}

/* ---- Events ------------------------------------------------------------ */

static const struct {
	SDL_Keycode code;
	uint32_t key;
} keys[] = {
	{ SDLK_RETURN, EVENT_ENTER }, { SDLK_KP_ENTER, EVENT_ENTER },
	{ SDLK_ESCAPE, EVENT_ESCAPE }, { SDLK_TAB, EVENT_TAB },
	{ SDLK_BACKSPACE, EVENT_BACKSPACE }, { SDLK_DELETE, EVENT_DELETE },
	{ SDLK_INSERT, EVENT_INSERT }, { SDLK_UP, EVENT_UP },
	{ SDLK_DOWN, EVENT_DOWN }, { SDLK_LEFT, EVENT_LEFT },
	{ SDLK_RIGHT, EVENT_RIGHT }, { SDLK_PAGEUP, EVENT_PAGE_UP },
	{ SDLK_PAGEDOWN, EVENT_PAGE_DOWN }, { SDLK_HOME, EVENT_HOME },
	{ SDLK_END, EVENT_END_KEY },
};

static const enum event_button buttons[] = {
	[SDL_BUTTON_LEFT] = EVENT_BUTTON_LEFT,
	[SDL_BUTTON_MIDDLE] = EVENT_BUTTON_MIDDLE,
	[SDL_BUTTON_RIGHT] = EVENT_BUTTON_RIGHT,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Keys that type something come as text, by the layout of the keyboard. */
static struct event take_key(const SDL_Keysym *sym)
{
	size_t i;

	if (sym->sym == SDLK_TAB && sym->mod & KMOD_SHIFT)
		return event_of_key(EVENT_BACK_TAB);
	for (i = 0; i < COUNT(keys); i++)
		if (keys[i].code == sym->sym)
			return event_of_key(keys[i].key);
	if (sym->sym >= SDLK_F1 && sym->sym <= SDLK_F12)
		return event_of_key(EVENT_F1 + (uint32_t)(sym->sym - SDLK_F1));
	if (sym->mod & KMOD_CTRL && sym->sym >= 'a' && sym->sym <= 'z')
		return event_of_key(EVENT_CONTROL((uint32_t)sym->sym));
	return (struct event){ .kind = EVENT_NONE };
}

/* The next character of what was typed: an input method sends several. */
static struct event take_typed(struct window *window)
{
	const char *at = window->typed + window->typed_at;
	uint32_t code;
	size_t bytes;

	if (!*at)
		return (struct event){ .kind = EVENT_NONE };
	code = letters_decode(at, strlen(at), &bytes);
	window->typed_at += bytes;
	return event_of_key(code);
}

static unsigned int modifiers_now(void)
{
	SDL_Keymod held = SDL_GetModState();

	return (held & KMOD_SHIFT ? EVENT_SHIFT : 0u) |
	       (held & KMOD_CTRL ? EVENT_CTRL : 0u);
}

/* A drag goes on outside of the window, and says where. */
static struct event take_pointer(const struct window *window,
				 enum event_kind kind, int x, int y)
{
	struct event event = { .kind = kind, .modifiers = modifiers_now() };

	if (window->points_wide > 0 && window->points_high > 0) {
		event.x = x * window->width / window->points_wide;
		event.y = y * window->height / window->points_high;
	}
	return event;
}

static struct event take_button(const struct window *window,
				enum event_kind kind,
				const SDL_MouseButtonEvent *button)
{
	struct event event = take_pointer(window, kind, button->x, button->y);

	if (button->button >= COUNT(buttons) || !buttons[button->button])
		event.kind = EVENT_NONE;
	else
		event.button = buttons[button->button];
	return event;
}

/* The next event too, if it is of the same kind. */
static bool take_next(SDL_Event *event)
{
	SDL_Event next;

	if (SDL_PeepEvents(&next, 1, SDL_PEEKEVENT, SDL_FIRSTEVENT,
			   SDL_LASTEVENT) < 1 || next.type != event->type)
		return false;
	SDL_PeepEvents(event, 1, SDL_GETEVENT, next.type, next.type);
	return true;
}

/* Of a movement only the last place counts. */
static struct event take_motion(const struct window *window, SDL_Event event)
{
	struct event motion;
	int button;

	while (take_next(&event))
		;
	motion = take_pointer(window, EVENT_MOTION, event.motion.x,
			      event.motion.y);
	for (button = (int)COUNT(buttons) - 1; button > 0; button--)
		if (event.motion.state & (Uint32)SDL_BUTTON(button))
			motion.button = buttons[button];
	return motion;
}

static struct event take_wheel(const struct window *window, SDL_Event event)
{
	struct event scroll;
	int x, y;

	SDL_GetMouseState(&x, &y);
	scroll = take_pointer(window, EVENT_SCROLL, x, y);
	do {
		scroll.scroll_x += event.wheel.preciseX;
		scroll.scroll_y += event.wheel.preciseY;
	} while (take_next(&event));
	return scroll;
}

static struct event take_resize(struct window *window)
{
	measure(window);
	return (struct event){ .kind = EVENT_RESIZE, .width = window->width,
			       .height = window->height };
}

static struct event take_window(struct window *window,
				const SDL_WindowEvent *event)
{
	switch (event->event) {
	case SDL_WINDOWEVENT_SIZE_CHANGED:
	case SDL_WINDOWEVENT_DISPLAY_CHANGED:
		return take_resize(window);
	case SDL_WINDOWEVENT_EXPOSED:
		present(window);
		break;
	case SDL_WINDOWEVENT_LEAVE:
		return (struct event){ .kind = EVENT_MOTION, .x = -1, .y = -1 };
	}
	return (struct event){ .kind = EVENT_NONE };
}

static struct event take_news(struct window *window, Uint32 news)
{
	if (news == WATCH_ENDED)
		return (struct event){ .kind = EVENT_END };
	if (news != WATCH_READABLE || window->watched < 0)
		return (struct event){ .kind = EVENT_NONE };
	window->watched = -1;
	return (struct event){ .kind = EVENT_WAKE };
}

static struct event take(struct window *window, const SDL_Event *event)
{
	switch (event->type) {
	case SDL_QUIT:
		return (struct event){ .kind = EVENT_END };
	case SDL_KEYDOWN:
		return take_key(&event->key.keysym);
	case SDL_TEXTINPUT:
		memcpy(window->typed, event->text.text, sizeof(window->typed));
		window->typed_at = 0;
		return take_typed(window);
	case SDL_MOUSEBUTTONDOWN:
		return take_button(window, EVENT_MOUSE, &event->button);
	case SDL_MOUSEBUTTONUP:
		return take_button(window, EVENT_RELEASE, &event->button);
	case SDL_MOUSEMOTION:
		return take_motion(window, *event);
	case SDL_MOUSEWHEEL:
		return take_wheel(window, *event);
	case SDL_WINDOWEVENT:
		return take_window(window, &event->window);
	/* What the driver forgot is drawn again, as after a resize. */
	case SDL_RENDER_TARGETS_RESET:
	case SDL_RENDER_DEVICE_RESET:
		return take_resize(window);
	default:
		return take_news(window, event->type - window->news);
	}
	return (struct event){ .kind = EVENT_NONE };
}

static void watch_for(struct window *window, int fd)
{
	if (fd == window->watched)
		return;
	window->watched = fd;
	watch_fd(window->watch, fd);
}

void window_wait(struct window *window, int fd, int timeout_ms,
		 struct event *ret_event)
{
	Uint64 until = SDL_GetTicks64() + (Uint64)(timeout_ms > 0 ? timeout_ms :
						   0);
	SDL_Event event;
	int left = timeout_ms;

	watch_for(window, fd);
	*ret_event = take_typed(window);
	while (ret_event->kind == EVENT_NONE) {
		if (!SDL_WaitEventTimeout(&event, left))
			return;
		*ret_event = take(window, &event);
		if (timeout_ms > 0) {
			Uint64 now = SDL_GetTicks64();

			left = now < until ? (int)(until - now) : 0;
		}
	}
}

#else

int window_open(const char *title, int width, int height, struct type *type,
		struct window **ret_window, char why[256])
{
	(void)title;
	(void)width;
	(void)height;
	(void)type;
	(void)ret_window;
	snprintf(why, 256, "it was built without SDL2");
	return -ENOTSUP;
}

void window_close(struct window *window)
{
	(void)window;
}

void window_size(const struct window *window, int *ret_width, int *ret_height,
		 int *ret_unit)
{
	(void)window;
	*ret_width = *ret_height = *ret_unit = 0;
}

void window_set_title(struct window *window, const char *title)
{
	(void)window;
	(void)title;
}

void window_draw(struct window *window, const struct scene *scene)
{
	(void)window;
	(void)scene;
}

void window_wait(struct window *window, int fd, int timeout_ms,
		 struct event *ret_event)
{
	(void)window;
	(void)fd;
	(void)timeout_ms;
	*ret_event = (struct event){ .kind = EVENT_END };
}

const char *window_driver(const struct window *window)
{
	(void)window;
	return "none";
}

#endif
