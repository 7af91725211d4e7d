// Descriptors 0, 1 and 2 when the process was started without them: linking
// this library makes them fail (EBADF) instead of meaning the next file that
// is opened, be it a client's connection or an eventfd of a library.
//
// There is nothing to call: it is done before the shared libraries are
// initialised, because gRPC's opens an eventfd then, which would become 0.
// Without /dev/null the process ends at once with exit code 1.
#ifndef UACCED_BASE_STANDARD_FILES_H_
#define UACCED_BASE_STANDARD_FILES_H_

#endif  // UACCED_BASE_STANDARD_FILES_H_
