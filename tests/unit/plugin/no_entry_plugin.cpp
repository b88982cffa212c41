// A shared object that is no plugin.
extern "C" __attribute__((visibility("default"))) int forageNoPlugin();
extern "C" __attribute__((visibility("default"))) int forageNoPlugin() { return 1; }
