// FORAGE_API marks what libforage exports. Everything else is hidden, in the library and in
// plugins.
#pragma once

#define FORAGE_API __attribute__((visibility("default")))
