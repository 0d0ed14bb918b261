#define EXPORT(name) __attribute__((export_name(#name))) name

int EXPORT(abi_version)(void) { return 1; }

int EXPORT(decide)(long long value) {
  (void)value;
  return 1;
}
