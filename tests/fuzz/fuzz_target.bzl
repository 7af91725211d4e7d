"""fuzz_target: a libFuzzer program, and its corpus as an ordinary test."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def fuzz_target(name, srcs, deps, corpus, testonly = False):
    """Declares `name` (build it with --config=fuzz) and `name`_replay_test.

    Args:
      name: the fuzzer.
      srcs: the file that defines LLVMFuzzerTestOneInput().
      deps: of srcs.
      corpus: a folder of seeds in this package.
      testonly: whether deps are.
    """
    seeds = native.glob([corpus + "/*"])
    cc_library(
        name = name + "_target",
        srcs = srcs,
        deps = deps,
        testonly = testonly,
        alwayslink = True,
        visibility = ["//visibility:private"],
    )
    cc_binary(
        name = name,
        testonly = testonly,
        linkopts = ["-fsanitize=fuzzer"],
        tags = [
            "fuzz_target",  # `./dev fuzz` runs every target that has it
            "manual",
        ],
        deps = [":" + name + "_target"],
        visibility = ["//visibility:private"],
    )
    cc_test(
        name = name + "_replay_test",
        size = "small",
        srcs = ["replay_main.cc"],
        args = ["$(locations %s)" % seed for seed in seeds],
        data = seeds,
        deps = [":" + name + "_target"],
        visibility = ["//visibility:private"],
    )
