"""A gRPC client that knows nothing of uacced but what server reflection says.

Debian's python3-grpcio comes without the reflection, health and status
packages, so the few public messages of theirs are declared here by hand.
"""

import collections

import grpc
from google.protobuf import any_pb2
from google.protobuf import descriptor_pb2
from google.protobuf import descriptor_pool
from google.protobuf import duration_pb2
from google.protobuf import message_factory

_Field = descriptor_pb2.FieldDescriptorProto
_BYTES = _Field.TYPE_BYTES
_INT32 = _Field.TYPE_INT32
_STRING = _Field.TYPE_STRING

_MESSAGES = {
    "grpc.reflection.v1alpha": {
        "ServerReflectionRequest": [
            ("file_by_filename", 3, _STRING),
            ("file_containing_symbol", 4, _STRING),
            ("list_services", 7, _STRING),
        ],
        "FileDescriptorResponse": [("*file_descriptor_proto", 1, _BYTES)],
        "ServiceResponse": [("name", 1, _STRING)],
        "ListServiceResponse": [("*service", 1, "ServiceResponse")],
        "ErrorResponse": [
            ("error_code", 1, _INT32),
            ("error_message", 2, _STRING),
        ],
        "ServerReflectionResponse": [
            ("file_descriptor_response", 4, "FileDescriptorResponse"),
            ("list_services_response", 6, "ListServiceResponse"),
            ("error_response", 7, "ErrorResponse"),
        ],
    },
    "grpc.health.v1": {
        "HealthCheckRequest": [("service", 1, _STRING)],
        "HealthCheckResponse": [("status", 1, _INT32)],
    },
    "google.rpc": {
        "Status": [
            ("code", 1, _INT32),
            ("message", 2, _STRING),
            ("*details", 3, ".google.protobuf.Any"),
        ],
        "MetadataEntry": [("key", 1, _STRING), ("value", 2, _STRING)],
        "ErrorInfo": [
            ("reason", 1, _STRING),
            ("domain", 2, _STRING),
            ("*metadata", 3, "MetadataEntry"),
        ],
        "RetryInfo": [("retry_delay", 1, ".google.protobuf.Duration")],
        "Violation": [("subject", 1, _STRING), ("description", 2, _STRING)],
        "QuotaFailure": [("*violations", 1, "Violation")],
    },
}


def _declare():
    pool = descriptor_pool.DescriptorPool()
    for known in (any_pb2, duration_pb2):
        pool.AddSerializedFile(known.DESCRIPTOR.serialized_pb)
    for package, messages in _MESSAGES.items():
        proto = descriptor_pb2.FileDescriptorProto(
            name=package + ".proto", package=package, syntax="proto3",
            dependency=["google/protobuf/any.proto",
                        "google/protobuf/duration.proto"])
        for name, fields in messages.items():
            message = proto.message_type.add(name=name)
            for field_name, number, kind in fields:
                field = message.field.add(
                    name=field_name.lstrip("*"), number=number,
                    label=(_Field.LABEL_REPEATED if field_name[0] == "*"
                           else _Field.LABEL_OPTIONAL))
                if isinstance(kind, int):
                    field.type = kind
                else:
                    field.type = _Field.TYPE_MESSAGE
                    field.type_name = (kind if kind[0] == "."
                                       else ".%s.%s" % (package, kind))
        pool.Add(proto)
    factory = message_factory.MessageFactory(pool)
    return {
        package + "." + name: factory.GetPrototype(
            pool.FindMessageTypeByName(package + "." + name))
        for package, messages in _MESSAGES.items() for name in messages
    }


_CLASSES = _declare()


def health(channel, service="", timeout=30):
    """The name of `service`'s serving status."""
    check = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        _CLASSES["grpc.health.v1.HealthCheckRequest"].SerializeToString,
        _CLASSES["grpc.health.v1.HealthCheckResponse"].FromString)
    answer = check(
        _CLASSES["grpc.health.v1.HealthCheckRequest"](service=service),
        timeout=timeout, wait_for_ready=True)
    return ("UNKNOWN", "SERVING", "NOT_SERVING",
            "SERVICE_UNKNOWN")[answer.status]


# What a failed call says. `retry_delay_s` is None without a RetryInfo;
# `violations` are (subject, description) pairs.
Failure = collections.namedtuple(
    "Failure", "code message reason domain metadata retry_delay_s violations")


def failure(error):
    """Decodes the details of a grpc.RpcError; reason None when it has none."""
    reason, domain, metadata, delay, violations = None, None, {}, None, []
    for key, value in error.trailing_metadata() or ():
        if key != "grpc-status-details-bin":
            continue
        status = _CLASSES["google.rpc.Status"].FromString(value)
        assert status.code == error.code().value[0], status
        assert status.message == error.details(), (status, error.details())
        for packed in status.details:
            name = packed.type_url.rpartition("/")[2]
            assert packed.type_url == "type.googleapis.com/" + name, packed
            detail = _CLASSES[name].FromString(packed.value)
            if name == "google.rpc.ErrorInfo":
                reason, domain = detail.reason, detail.domain
                metadata = {e.key: e.value for e in detail.metadata}
            elif name == "google.rpc.RetryInfo":
                delay = (detail.retry_delay.seconds +
                         detail.retry_delay.nanos / 1e9)
            elif name == "google.rpc.QuotaFailure":
                violations = [(v.subject, v.description)
                              for v in detail.violations]
    return Failure(error.code(), error.details(), reason, domain, metadata,
                   delay, violations)


class Reflection:
    """The services of a server and the descriptors of all that they use."""

    def __init__(self, channel):
        self._call = channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
            self._request_class().SerializeToString,
            _CLASSES["grpc.reflection.v1alpha.ServerReflectionResponse"]
            .FromString)
        self.pool = descriptor_pool.DescriptorPool()
        self._loaded = set()
        self.services = sorted(
            s.name for s in self._ask(list_services="*")
            .list_services_response.service)

    @staticmethod
    def _request_class():
        return _CLASSES["grpc.reflection.v1alpha.ServerReflectionRequest"]

    def _ask(self, **request):
        answer = next(self._call(iter([self._request_class()(**request)]),
                                 timeout=60, wait_for_ready=True))
        if answer.HasField("error_response"):
            raise LookupError("%s: %s" % (request, answer.error_response))
        return answer

    def service(self, name):
        """The ServiceDescriptor of `name`; LookupError when unknown."""
        self._load(self._ask(file_containing_symbol=name))
        return self.pool.FindServiceByName(name)

    def _load(self, answer):
        protos = [
            descriptor_pb2.FileDescriptorProto.FromString(serialized)
            for serialized in
            answer.file_descriptor_response.file_descriptor_proto
        ]
        for proto in protos:
            if proto.name in self._loaded:
                continue
            self._loaded.add(proto.name)
            for dependency in proto.dependency:
                if dependency not in self._loaded:
                    self._load(self._ask(file_by_filename=dependency))
            self.pool.Add(proto)


class Method:
    """One unary method; request fields are keyword arguments.

    Enum fields take the names of their values.
    """

    def __init__(self, channel, descriptor, factory):
        self.request_class = factory.GetPrototype(descriptor.input_type)
        response_class = factory.GetPrototype(descriptor.output_type)
        self._call = channel.unary_unary(
            "/%s/%s" % (descriptor.containing_service.full_name,
                        descriptor.name),
            self.request_class.SerializeToString,
            response_class.FromString)

    def __call__(self, timeout=120, wait_for_ready=None, **fields):
        return self._call(self.request_class(**fields), timeout=timeout,
                          wait_for_ready=wait_for_ready)

    def future(self, timeout=120, **fields):
        return self._call.future(self.request_class(**fields),
                                 timeout=timeout)


class StreamMethod:
    """One bidirectional method: an iterator of messages in, one out.

    Requests are made with `request_class`.
    """

    def __init__(self, channel, descriptor, factory):
        self.request_class = factory.GetPrototype(descriptor.input_type)
        response_class = factory.GetPrototype(descriptor.output_type)
        self._call = channel.stream_stream(
            "/%s/%s" % (descriptor.containing_service.full_name,
                        descriptor.name),
            self.request_class.SerializeToString,
            response_class.FromString)

    def __call__(self, requests, timeout=120):
        return self._call(iter(requests), timeout=timeout)


def method_of(channel, descriptor, factory):
    kind = StreamMethod if descriptor.name in STREAMS else Method
    return kind(channel, descriptor, factory)


# Python's descriptors of Debian 12 do not tell which methods are streams.
STREAMS = ("Process", "CompressStream", "DecompressStream", "EncryptStream",
           "DecryptStream", "DigestStream")


class Client:
    """All services of package uacced.v1: client.Accelerator.Copy(input=b"")."""

    PACKAGE = "uacced.v1."
    # Messages as large as the daemon's own limits must not end at the client.
    UNLIMITED = (("grpc.max_receive_message_length", -1),
                 ("grpc.max_send_message_length", -1))

    def __init__(self, target, options=()):
        # Without a subchannel pool of its own a client would share the
        # connection of every other one in this process.
        self.channel = grpc.insecure_channel(
            target, options=(("grpc.use_local_subchannel_pool", 1),) +
            self.UNLIMITED + tuple(options))
        try:
            self.reflection = Reflection(self.channel)
            factory = message_factory.MessageFactory(self.reflection.pool)
            for name in self.reflection.services:
                if name.startswith(self.PACKAGE):
                    service = self.reflection.service(name)
                    methods = {m.name: method_of(self.channel, m, factory)
                               for m in service.methods}
                    setattr(self, service.name, collections.namedtuple(
                        service.name, methods)(**methods))
        except BaseException:
            self.channel.close()
            raise

    def enum_names(self, name):
        """The names of enum uacced.v1.`name`, in order of their numbers."""
        return [v.name for v in self.reflection.pool.FindEnumTypeByName(
            self.PACKAGE + name).values]

    def enum_name(self, name, number):
        return self.reflection.pool.FindEnumTypeByName(
            self.PACKAGE + name).values_by_number[number].name

    def close(self):
        self.channel.close()
