#ifndef GPUTALLY_CZLIB_H
#define GPUTALLY_CZLIB_H
#include <zlib.h>
#endif
