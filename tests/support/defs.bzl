"""integration_test: a Python test that runs the real daemon and client."""

def integration_test(name, srcs, data = [], size = "medium", tags = [], **kwargs):
    """Runs a unittest file against //daemon/main:uacced and uaccectl.

    Args:
      name: the sh_test.
      srcs: the test file, one.
      data: other Python files that it imports.
      size: as usual; the timeout must leave room for sanitizers.
      tags: more tags; "notsan" is always there, for the daemon uses gRPC.
      **kwargs: passed to sh_test.
    """
    if len(srcs) != 1:
        fail("integration_test takes one file")
    binaries = ["//daemon/main:uacced", "//client/cli:uaccectl"]
    native.sh_test(
        name = name,
        srcs = ["//tests/support:run_python.sh"],
        size = size,
        args = ["$(rootpath %s)" % f for f in srcs + binaries],
        data = srcs + data + binaries + ["//tests/support"],
        tags = tags + ["notsan"],
        **kwargs
    )
