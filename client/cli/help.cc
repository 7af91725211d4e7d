#include "client/cli/help.h"

namespace uacced::cli {
namespace {

constexpr absl::string_view kGeneral =
    R"(Usage: uaccectl [OPTION]... COMMAND [ARGUMENT]...
Compresses, encrypts and hashes with the daemon uacced.

Commands (uaccectl COMMAND --help tells more):
  compress, decompress   gzip, zlib, deflate, zstd and lz4
  encrypt, decrypt       with a key of the daemon
  digest                 hashes and HMACs, printed as sha256sum does
  keys                   create, import, list, rotate and destroy keys
  devices, status        what the daemon works with, and how it is
  faults                 make models of devices fail
  copy                   the input through a device and back, for measuring
  bench                  how many operations a second, and how fast each

Options of every command:
      --server ADDR      the daemon: unix:/path, /path or host:port
                         (default: UACCED_SERVER from the environment, else
                         unix:/run/uacced/uacced.sock)
      --timeout TIME     give up when an answer takes longer than TIME, or when
                         work on a file stands still for TIME because of the
                         daemon, e.g. 500ms, 30s, 2m (default 60s)
      --json             print facts as JSON
  -v, --verbose          say on standard error which device did the work
  -h, --help             print this or a command's help
      --version          print the version

Exit codes:
  0  done
  1  any other failure, e.g. a file that cannot be read or written
  2  wrong command line
  3  the daemon cannot be reached, or takes no work now
  4  corrupt input, or decryption failed
  5  over a limit on size or work
  6  no such key or device
  7  permission denied
  8  the deadline (--timeout) passed
)";

// Of commands that read files of any size.
#define UACCED_OUTPUT_OPTION                                              \
  "  -o, --output OUT       write OUT, which appears complete or not at " \
  "all\n"                                                                 \
  "                         (default or \"-\": standard output)\n"
#define UACCED_MODE_OPTION                                                 \
  "      --mode MODE        hardware-only, prefer-hardware, balanced or\n" \
  "                         software-only (default: the daemon's policy)\n"
#define UACCED_TRANSFER_OPTIONS                                           \
  UACCED_MODE_OPTION                                                      \
  "      --crc32c           protect the data on its way with checksums\n" \
  "      --no-progress      no progress bar, which else shows on a "      \
  "terminal\n"                                                            \
  "                         after a second\n"

constexpr absl::string_view kCompress =
    R"(Usage: uaccectl compress [OPTION]... [IN]
Compresses IN (default or "-": standard input) of any size. The input is cut
into blocks that several processors work on at the same time; the result is
what gzip, zstd and lz4 read.

  -f, --format NAME      gzip (default), zlib, deflate, zstd or lz4
  -l, --level NUMBER     effort: gzip, zlib, deflate and lz4 0..12,
                         zstd 1..19 (default: 6, lz4 0, zstd 3)
      --block-size SIZE  of input, 64K..16M (default 1M; zstd and lz4 4M):
                         larger ones compress a little better
      --serial           no blocks: a little smaller, and slower
      --verify           decompress each block and compare it before it is
                         written
)" UACCED_OUTPUT_OPTION
    R"(      --force            write to a terminal, too
)" UACCED_TRANSFER_OPTIONS;

constexpr absl::string_view kDecompress =
    R"(Usage: uaccectl decompress [OPTION]... [IN]
Decompresses IN (default or "-": standard input) of any size; several members
or frames one after the other give one output.

  -f, --format NAME      gzip, zlib, deflate, zstd or lz4 (default: found from
                         the first bytes; deflate must be named)
      --max-output SIZE  refuse (exit 5) more than SIZE bytes of output,
                         e.g. 1000, 64K, 16M, 2G (default: no limit)
)" UACCED_OUTPUT_OPTION UACCED_TRANSFER_OPTIONS;

#define UACCED_CIPHER_NAMES                                                  \
  "Authenticated: aes-128-gcm, aes-256-gcm, xaes-256-gcm, aes-128-ccm,\n"    \
  "aes-256-ccm, chacha20-poly1305. Not authenticated: aes-128-xts,\n"        \
  "aes-256-xts, aes-128-ctr, aes-256-ctr, aes-128-cbc, aes-256-cbc,\n"       \
  "sm4-xts, sm4-ctr, sm4-cbc: whoever can change the file changes what it\n" \
  "decrypts to.\n"

constexpr absl::string_view kEncrypt =
    R"(Usage: uaccectl encrypt -k KEY [OPTION]... [IN]
Encrypts IN (default or "-": standard input) of any size to a file that holds
all that decrypt needs but the key itself. At most 64 MiB with a key that has
--caller-nonce or an algorithm that is not authenticated.

  -k, --key NAME         the daemon's key
  -a, --algorithm NAME   fail unless this is the key's algorithm
      --allow-unauthenticated
                         needed for algorithms that do not detect changes
      --chunk-size SIZE  how much is authenticated, and later decrypted, at a
                         time: 4K..4M (default 256K)
)" UACCED_OUTPUT_OPTION
    R"(      --force            write to a terminal, too
)" UACCED_TRANSFER_OPTIONS "\n" UACCED_CIPHER_NAMES;

constexpr absl::string_view kDecrypt =
    R"(Usage: uaccectl decrypt [OPTION]... [IN]
Decrypts IN (default or "-": standard input), which uaccectl encrypt made, of
any size. OUT appears only if all of IN is genuine. On standard output each part
is genuine, but only exit code 0 says that it was all.

  -k, --key NAME         the daemon's key (default: the one that IN names)
  -a, --algorithm NAME   fail unless IN was encrypted with this algorithm
      --allow-unauthenticated
                         needed for algorithms that do not detect changes
)" UACCED_OUTPUT_OPTION UACCED_TRANSFER_OPTIONS "\n" UACCED_CIPHER_NAMES;

constexpr absl::string_view kDigest =
    R"(Usage: uaccectl digest [OPTION]... [IN]...
Prints a line "DIGEST  NAME" for each IN (default or "-": standard input) of any
size, as sha256sum does.

  -a, --algorithm NAME   sha1, sha224, sha256 (default), sha384, sha512 or sm3
  -k, --key NAME         an HMAC with this key of the daemon and its hash
)" UACCED_TRANSFER_OPTIONS;

constexpr absl::string_view kCopy =
    R"(Usage: uaccectl copy [OPTION]... [IN]
Sends IN (default or "-": standard input) of any size through a device, several
pieces at a time, and writes what comes back: a measure of the path itself.

)" UACCED_OUTPUT_OPTION UACCED_TRANSFER_OPTIONS;

constexpr absl::string_view kBench =
    R"(Usage: uaccectl bench [OPTION]...
Does one operation over and over, always so many at a time, and prints how many
a second, and how long each took. The data is made-up text, the same every time.
What was without an answer when the daemon ended is sent again to the next one.
Ctrl-C prints the figures so far, a second one ends it without.

      --operation NAME   compress, decompress, encrypt, decrypt, digest or copy
                         (default)
      --size SIZE        of each input (decompress, decrypt: of the output),
                         1..64M (default 4K)
      --in-flight COUNT  operations at a time, over all connections, 1..65536
                         (default 64)
      --duration TIME    e.g. 500ms, 30s, 2m (default 5s)
      --connections COUNT
                         1..1024 (default 1)
      --unary            a call for each operation instead of batches
      --verify           check every answer; compress: the daemon does, too
  -f, --format NAME      as in compress
  -l, --level NUMBER     as in compress
  -k, --key NAME         for encrypt and decrypt (needed), and digest
  -a, --algorithm NAME   as in encrypt and digest
)" UACCED_MODE_OPTION
    R"(      --crc32c           protect the data on its way with checksums
)";

constexpr absl::string_view kKeys =
    R"(Usage: uaccectl keys create NAME [-a ALGORITHM] [--caller-nonce]
       uaccectl keys import NAME -a ALGORITHM --from FILE [--hex]
       uaccectl keys list
       uaccectl keys rotate NAME [--from FILE [--hex]]
       uaccectl keys destroy NAME
Keys live in the daemon, until it ends or, if it is configured so, in a sealed
file, and never come back out. rotate gives a key a new version, which encrypts
from then on; older ones still decrypt. What was encrypted with a destroyed key
cannot be decrypted. A NAME has 1..64 characters of a-z A-Z 0-9 . _ -.

  -a, --algorithm NAME   a cipher, or hmac- and a hash, e.g. hmac-sha256
                         (create: default aes-256-gcm)
      --caller-nonce     whoever encrypts brings the nonce; uaccectl encrypt
                         then makes a random one
      --from FILE        the bytes of the key ("-": standard input; rotate:
                         default random)
      --hex              FILE has them in hexadecimal digits

)" UACCED_CIPHER_NAMES
    "HMAC: hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512,\n"
    "hmac-sm3.\n";

constexpr absl::string_view kDevices =
    R"(Usage: uaccectl devices [-v] [--json]
Lists the daemon's devices: name, kind, whether hardware or software does the
work ("simulated": a model of hardware; "fallback": the CPU in place of an
accelerator), its state and why, requests it holds of those it can hold,
requests waiting for it, and since the daemon started: done, failed, queues
lost, results found to be wrong. Then why the CPU did what accelerators should
have done.

-v adds what befell each device, and its queues.
)";

constexpr absl::string_view kFaults =
    R"(Usage: uaccectl faults inject DEVICE KIND [OPTION]...
       uaccectl faults clear DEVICE
       uaccectl faults list DEVICE
Makes a model of a device fail, to see what comes of it. The daemon's
configuration must allow it: policy { allow_fault_injection: true }.

KIND: status, corrupt, lose-completion, duplicate-completion, unknown-tag,
wrong-phase, slow, stuck, stop-queue, reset-device, isolate, remove, return.

      --operation NAME   only of compress, decompress, encrypt, decrypt or
                         digest (default: all)
      --skip COUNT       requests that pass before (default 0)
      --count COUNT      how many are hit at most (default 1)
      --per-mille COUNT  of a thousand so many, by chance, 1..1000 (default:
                         all)
      --parameter NUMBER status: the device's status word; slow: nanoseconds;
                         unknown-tag: 0 for an empty slot of the ring (default),
                         1 for one that it does not have; reset-device, isolate,
                         remove: nanoseconds until it is back (default: at once,
                         never, never)
)";

constexpr absl::string_view kStatus =
    R"(Usage: uaccectl status [--json]
Prints the daemon's version, state and how much of its limits is in use.
)";

}  // namespace

absl::string_view HelpText(Command command) {
  switch (command) {
    case Command::kNone:
      return kGeneral;
    case Command::kCompress:
      return kCompress;
    case Command::kDecompress:
      return kDecompress;
    case Command::kEncrypt:
      return kEncrypt;
    case Command::kDecrypt:
      return kDecrypt;
    case Command::kDigest:
      return kDigest;
    case Command::kCopy:
      return kCopy;
    case Command::kKeys:
    case Command::kKeysCreate:
    case Command::kKeysImport:
    case Command::kKeysList:
    case Command::kKeysRotate:
    case Command::kKeysDestroy:
      return kKeys;
    case Command::kBench:
      return kBench;
    case Command::kFaults:
    case Command::kFaultsInject:
    case Command::kFaultsClear:
    case Command::kFaultsList:
      return kFaults;
    case Command::kDevices:
      return kDevices;
    case Command::kStatus:
      return kStatus;
  }
  return kGeneral;
}

}  // namespace uacced::cli
