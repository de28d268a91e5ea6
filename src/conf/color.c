/* Colour arithmetic: sRGB (IEC 61966-2-1) to CIE L*a*b* under D65, the CIEDE2000 difference, WCAG contrast. */
#include "color.h"

#include <math.h>
#include <string.h>

#include "kumatop/theme.h"

struct lab {
	double l, a, b;
};

static double channel(uint32_t rgb, int shift)
{
	double value = (double)((rgb >> shift) & 0xFF) / 255;
	return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static double lab_curve(double t)
{
	const double limit = 216.0 / 24389, slope = 24389.0 / 27;
	return t > limit ? cbrt(t) : (slope * t + 16) / 116;
}

static struct lab lab_of(uint32_t rgb)
{
	double r = channel(rgb, 16), g = channel(rgb, 8), b = channel(rgb, 0);
	double x = lab_curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
	double y = lab_curve(0.2126729 * r + 0.7151522 * g + 0.0721750 * b);
	double z = lab_curve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883);
	return (struct lab){ 116 * y - 16, 500 * (x - y), 200 * (y - z) };
}

static double radians(double degrees)
{
	return degrees * (M_PI / 180);
}

static double hue(double a, double b)
{
	if (a == 0 && b == 0)
		return 0;
	double degrees = atan2(b, a) * (180 / M_PI);
	return degrees < 0 ? degrees + 360 : degrees;
}

static double seventh(double chroma)
{
	double power = pow(chroma, 7);
	return sqrt(power / (power + 6103515625.0));	/* 25 to the 7th */
}

/* Difference and mean of two hues, the short way round the circle. A grey has no hue. */
static void hue_between(double h1, double h2, bool grey, double *difference, double *mean)
{
	*difference = grey ? 0 : h2 - h1;
	*mean = h1 + h2;
	if (grey)
		return;
	if (*difference > 180)
		*difference -= 360;
	else if (*difference < -180)
		*difference += 360;
	if (fabs(h1 - h2) > 180)
		*mean += *mean < 360 ? 360 : -360;
	*mean /= 2;
}

static double ciede2000(struct lab x, struct lab y)
{
	double lift = 1 + 0.5 * (1 - seventh((hypot(x.a, x.b) + hypot(y.a, y.b)) / 2));
	double c1 = hypot(lift * x.a, x.b), c2 = hypot(lift * y.a, y.b);
	double difference, mean;
	hue_between(hue(lift * x.a, x.b), hue(lift * y.a, y.b), c1 * c2 == 0, &difference, &mean);

	double dl = y.l - x.l, dc = c2 - c1, dh = 2 * sqrt(c1 * c2) * sin(radians(difference) / 2);
	double l = (x.l + y.l) / 2, c = (c1 + c2) / 2;
	double t = 1 - 0.17 * cos(radians(mean - 30)) + 0.24 * cos(radians(2 * mean)) + 0.32 * cos(radians(3 * mean + 6)) -
	    0.20 * cos(radians(4 * mean - 63));
	double from50 = (l - 50) * (l - 50);
	double sl = dl / (1 + 0.015 * from50 / sqrt(20 + from50));
	double sc = dc / (1 + 0.045 * c), sh = dh / (1 + 0.015 * c * t);
	double turn = 30 * exp(-pow((mean - 275) / 25, 2));
	double rotation = -2 * seventh(c) * sin(radians(2 * turn));
	return sqrt(sl * sl + sc * sc + sh * sh + rotation * sc * sh);
}

double theme_distance(uint32_t rgb, uint32_t other)
{
	return ciede2000(lab_of(rgb), lab_of(other));
}

static double luminance(uint32_t rgb)
{
	return 0.2126 * channel(rgb, 16) + 0.7152 * channel(rgb, 8) + 0.0722 * channel(rgb, 0);
}

double theme_contrast(uint32_t rgb, uint32_t other)
{
	double a = luminance(rgb), b = luminance(other);
	return (fmax(a, b) + 0.05) / (fmin(a, b) + 0.05);
}

bool color_read(const char *text, uint32_t *rgb)
{
	static const char digits[] = "0123456789abcdef";
	if (text[0] != '#' || strlen(text) != 7)
		return false;
	uint32_t value = 0;
	for (const char *c = text + 1; *c; c++) {
		const char *digit = strchr(digits, *c >= 'A' && *c <= 'F' ? *c - 'A' + 'a' : *c);
		if (!digit)
			return false;
		value = value << 4 | (uint32_t)(digit - digits);
	}
	*rgb = value;
	return true;
}

/* What xterm shows for 16..255: a cube of six levels, then 24 greys. */
static uint32_t xterm_rgb(int index)
{
	static const uint32_t levels[] = { 0, 95, 135, 175, 215, 255 };
	if (index >= 232) {
		uint32_t grey = 8 + 10 * (uint32_t)(index - 232);
		return grey << 16 | grey << 8 | grey;
	}
	index -= 16;
	return levels[index / 36] << 16 | levels[index / 6 % 6] << 8 | levels[index % 6];
}

int16_t color_nearest_256(uint32_t rgb)
{
	struct lab wanted = lab_of(rgb);
	int best = 16;
	double least = INFINITY;
	for (int i = 16; i < 256; i++) {
		double distance = ciede2000(wanted, lab_of(xterm_rgb(i)));
		if (distance < least) {
			least = distance;
			best = i;
		}
	}
	return (int16_t)best;
}

int16_t color_nearest_ansi(uint32_t rgb, int count)
{
	static const uint32_t vga[16] = {
		0x000000, 0xAA0000, 0x00AA00, 0xAA5500, 0x0000AA, 0xAA00AA, 0x00AAAA, 0xAAAAAA,
		0x555555, 0xFF5555, 0x55FF55, 0xFFFF55, 0x5555FF, 0xFF55FF, 0x55FFFF, 0xFFFFFF,
	};
	int best = 0;
	for (int i = 1; i < count; i++) {
		if (theme_distance(rgb, vga[i]) < theme_distance(rgb, vga[best]))
			best = i;
	}
	return (int16_t)best;
}
