"""uacced_proto_library: C++ messages, and stubs where asked for, from .proto files below //proto."""

load("@rules_cc//cc:defs.bzl", "cc_library")

_ROOT = "proto"

def _generate_impl(ctx):
    extensions = [".pb.h", ".pb.cc"]
    if ctx.attr.grpc:
        extensions += [".grpc.pb.h", ".grpc.pb.cc"]
    outs = []
    for src in ctx.files.srcs:
        stem = src.basename[:-len(".proto")]
        outs += [ctx.actions.declare_file(stem + e, sibling = src) for e in extensions]
    out_root = ctx.genfiles_dir.path + "/" + _ROOT

    args = ctx.actions.args()
    args.add("--proto_path=" + _ROOT)
    args.add("--cpp_out=" + out_root)
    if ctx.attr.grpc:
        args.add("--plugin=protoc-gen-grpc=" + ctx.executable._plugin.path)
        args.add("--grpc_out=" + out_root)
    args.add_all(ctx.files.srcs)
    ctx.actions.run(
        executable = ctx.executable._protoc,
        arguments = [args],
        inputs = ctx.files.srcs + ctx.files.imports,
        tools = [ctx.executable._plugin],
        outputs = outs,
        mnemonic = "ProtocCpp",
        progress_message = "Generating C++ for %s" % ctx.label,
    )
    headers = [f for f in outs if f.extension == "h"]
    return [
        DefaultInfo(files = depset(outs)),
        OutputGroupInfo(
            hdrs = depset(headers),
            srcs = depset([f for f in outs if f not in headers]),
        ),
    ]

_generate = rule(
    implementation = _generate_impl,
    attrs = {
        "srcs": attr.label_list(allow_files = [".proto"]),
        "imports": attr.label_list(allow_files = [".proto"]),
        "grpc": attr.bool(),
        "_protoc": attr.label(
            default = "@system//:bin/protoc",
            executable = True,
            allow_single_file = True,
            cfg = "host",
        ),
        "_plugin": attr.label(
            default = "@system//:bin/grpc_cpp_plugin",
            executable = True,
            allow_single_file = True,
            cfg = "host",
        ),
    },
    output_to_genfiles = True,
)

def uacced_proto_library(name, srcs, deps = [], imports = [], grpc = False, **kwargs):
    """Generates C++ from srcs and compiles it.

    Args:
      name: the cc_library.
      srcs: .proto files of this package.
      deps: the uacced_proto_library targets of the imported files.
      imports: the .proto files that srcs import, directly or not.
      grpc: whether to generate service stubs too.
      **kwargs: passed to cc_library.
    """
    _generate(
        name = name + "_gen",
        srcs = srcs,
        imports = imports,
        grpc = grpc,
        visibility = ["//visibility:private"],
    )
    for group in ["hdrs", "srcs"]:
        native.filegroup(
            name = name + "_" + group,
            srcs = [name + "_gen"],
            output_group = group,
            visibility = ["//visibility:private"],
        )
    cc_library(
        name = name,
        srcs = [name + "_srcs"],
        hdrs = [name + "_hdrs"],
        copts = ["-w"],
        includes = ["."],
        deps = deps + ["@system//:grpc" if grpc else "@system//:protobuf"],
        **kwargs
    )
