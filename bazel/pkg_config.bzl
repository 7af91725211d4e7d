"""A repository of cc_library targets over libraries that the distribution installs."""

def _run(ctx, args):
    res = ctx.execute(args)
    if res.return_code != 0:
        fail("%s failed (is the -dev package installed?): %s%s" %
             (" ".join([str(a) for a in args]), res.stdout, res.stderr))
    return res.stdout.strip()

def _dedupe_keep_last(words):
    out = []
    for w in reversed(words):
        if w.startswith("-l") and w in out:
            continue
        out.append(w)
    return reversed(out)

def _impl(ctx):
    pkg_config = ctx.which("pkg-config")
    if not pkg_config:
        fail("pkg-config is not installed")
    lines = ["package(default_visibility = [\"//visibility:public\"])", ""]
    versions = []
    for name, modules in ctx.attr.modules.items():
        libs = _dedupe_keep_last(_run(ctx, [pkg_config, "--libs"] + modules).split(" "))
        cflags = [f for f in _run(ctx, [pkg_config, "--cflags"] + modules).split(" ") if f]
        version = _run(ctx, [pkg_config, "--modversion"] + modules[:1]).split("\n")[0]
        versions.append("%s=%s" % (name, version))

        # The version is a define so that an upgrade of the package recompiles what includes it:
        # Bazel does not track files below the compiler's built-in include directories.
        defines = ["UACCED_DEP_%s=%s" % (name.upper(), version)]
        defines += [f[2:] for f in cflags if f.startswith("-D")]
        lines += [
            "cc_library(",
            "    name = %r," % name,
            "    defines = %r," % defines,
            "    linkopts = %r," % [l for l in libs if l],
            ")",
            "",
        ]
    for name, flag in ctx.attr.plain.items():
        lines += ["cc_library(", "    name = %r," % name, "    linkopts = [%r]," % flag, ")", ""]
    for name, program in ctx.attr.tools.items():
        path = ctx.which(program)
        if not path:
            fail("%s is not installed" % program)
        ctx.symlink(path, "bin/" + name)
        lines += ["exports_files([%r])" % ("bin/" + name), ""]
    ctx.file("BUILD.bazel", "\n".join(lines))
    ctx.file("versions.txt", "\n".join(versions) + "\n")

pkg_config_repository = repository_rule(
    implementation = _impl,
    attrs = {
        "modules": attr.string_list_dict(),
        "plain": attr.string_dict(),
        "tools": attr.string_dict(),
    },
    configure = True,
    local = True,
)
