// One of two plugins with classes, functions and variables of the same names, all visible.
#define PLUGIN_NAME "second"
#include "namesake.h"
