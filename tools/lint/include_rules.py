"""Which folder may see which: the table of the architecture, as a test."""

import os
import re

from source import Finding, Source

# Folder -> folders of ours that it may include. Files listed instead of folders are allowed one by one.
MAY_INCLUDE = {
    "domain": ("domain/",),
    "journal": ("domain/", "journal/"),
    "tracing": ("domain/", "tracing/"),
    "projections": ("domain/", "journal/", "projections/", "tracing/"),
    "payments": ("domain/", "payments/"),
    "tickets": ("domain/", "tickets/"),
    "notifications": ("domain/", "journal/", "people/", "tickets/", "notifications/", "projections/json_writer.hpp"),
    "people": ("domain/", "people/", "journal/rocksdb_events.hpp"),
    "actors": ("domain/", "journal/", "projections/", "payments/", "tracing/", "actors/"),
    "http": ("domain/", "notifications/", "people/", "projections/", "tickets/", "tracing/", "http/", "actors/engine_port.hpp", "actors/reply_port.hpp",
             "actors/answer_encoder.hpp", "actors/queue_port.hpp"),
    "tools": ("domain/", "journal/", "notifications/", "people/", "projections/", "payments/", "tickets/", "tracing/", "actors/", "http/", "tools/"),
    "tests": ("domain/", "journal/", "notifications/", "people/", "projections/", "payments/", "tickets/", "tracing/", "actors/", "http/", "tools/", "tests/"),
}

# The auditor has its own decoder and its own fold: it shares nothing that could be wrong in the same way.
AUDIT_MAY_NOT = re.compile(r"^(domain/(decide|apply|event_state|organisation/(decide|state))|journal/(codec|facts\.pb|snapshot))")

# External library -> where it may be included.
ONLY_IN = {
    "rocksdb/": re.compile(r"^(journal/rocksdb[^/]*\.[ch]pp|projections/store/rocksdb[^/]*\.cpp|people/rocksdb_map\.cpp|tools/bench/wal_limit[^/]*\.[ch]pp|tests/.*)$"),
    "caf/": re.compile(r"^(actors/.*\.[ch]pp|tools/simulat[^.]*\.[ch]pp|tests/.*)$"),
    "boost/": re.compile(r"^(http|actors|tools|tests)/"),
    "google/protobuf/": re.compile(r"^(journal|tools|tests)/"),
    "prometheus/": re.compile(r"^(http|tools|tests)/"),
    "nlohmann/": re.compile(r"^(http|notifications|payments|people|projections|tickets|tracing|tools|tests|journal)/"),
    "curl/": re.compile(r"^(notifications|payments|actors|tracing|tools|tests)/"),
    "hiredis/": re.compile(r"^tools/bench/"),
    "libpq-fe.h": re.compile(r"^tools/bench/"),
    "brotli/": re.compile(r"^(projections/wire/packing\.cpp|tests/.*)$"),
    "cmark.h": re.compile(r"^projections/markdown\.cpp$"),
    "zlib.h": re.compile(r"^(projections/wire/packing\.cpp|tests/.*)$"),
    "png.h": re.compile(r"^tickets/qr\.cpp$"),
    "qrencode.h": re.compile(r"^tickets/qr\.cpp$"),
    "cairo": re.compile(r"^tickets/paper\.cpp$"),
    "pango/": re.compile(r"^tickets/paper\.cpp$"),
    "glib.h": re.compile(r"^tickets/local_time\.cpp$"),
    "xapian": re.compile(r"^(projections/search/.*|tests/.*)$"),
    "CLI/": re.compile(r"^tools/"),
    "doctest/": re.compile(r"^tests/"),
    "rapidcheck": re.compile(r"^tests/"),
}

# The headers of actors/ that others include: nothing they reach may name CAF.
CAF_FREE = ("actors/engine.hpp", "actors/engine_port.hpp", "actors/queue_port.hpp", "actors/reply_port.hpp", "actors/inflight_limiter.hpp")

UMBRELLAS = {
    "caf/all.hpp", "caf/io/all.hpp", "boost/asio.hpp", "boost/asio/ssl.hpp", "boost/asio/experimental.hpp", "boost/beast.hpp",
    "boost/beast/core.hpp", "boost/beast/http.hpp", "boost/beast/ssl.hpp", "boost/beast/websocket.hpp", "boost/url.hpp",
    "bits/stdc++.h", "rapidcheck/rapidcheck.h", "CLI/App.hpp",
}

STANDARD = set(
    "algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes climits clocale "
    "cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring "
    "ctime cuchar cwchar cwctype deque exception execution filesystem format forward_list fstream functional future "
    "initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory memory_resource mutex new "
    "numbers numeric optional ostream queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location "
    "span sstream stack stdexcept stop_token streambuf string string_view syncstream system_error thread tuple type_traits typeindex "
    "typeinfo unordered_map unordered_set utility valarray variant vector version".split()
)

# The rules of selling have no clock, randomness, I/O, logging or threads: these headers offer nothing else.
DOMAIN_MAY_NOT = set(
    "atomic barrier condition_variable coroutine csignal cstdio ctime filesystem fstream future iomanip ios iostream istream latch "
    "locale mutex ostream random semaphore shared_mutex sstream stop_token streambuf syncstream thread".split()
)


def _folder_findings(source):
    allowed = MAY_INCLUDE.get(source.folder)
    for line, name, quoted in source.includes:
        if quoted:
            generated = name.endswith(".pb.h")
            if not generated and not os.path.isfile(os.path.join(source.root, name)):
                yield Finding("include", source.path, line, f'"{name}" is no file below the repository\'s root')
            elif allowed and not name.startswith(allowed):
                yield Finding("include", source.path, line, f'{source.folder}/ may not include "{name}"')
            elif source.path.startswith("journal/audit/") and AUDIT_MAY_NOT.match(name):
                yield Finding("include", source.path, line, f'the auditor may not share "{name}" with the server')
        elif source.folder == "domain" and name != "tl/expected.hpp" and (name not in STANDARD or name in DOMAIN_MAY_NOT):
            yield Finding("include", source.path, line, f"domain/ may not include <{name}>")


def _library_findings(source):
    for line, name, quoted in source.includes:
        if name in UMBRELLAS:
            yield Finding("umbrella", source.path, line, f"<{name}> is an umbrella; include the parts that are used")
        for prefix, where in ONLY_IN.items():
            if not quoted and name.startswith(prefix) and not where.match(source.path):
                yield Finding("include", source.path, line, f"<{name}> is not for this file (allowed: {where.pattern})")


def _reach(root, path, cache):
    """External headers that a file of ours reaches through other files of ours, with the way there."""
    if path not in cache:
        cache[path] = {}
        if os.path.isfile(os.path.join(root, path)):
            for _, name, quoted in Source(root, path).includes:
                found = _reach(root, name, cache) if quoted else {name: ()}
                for header, way in found.items():
                    cache[path].setdefault(header, (path, *way))
    return cache[path]


def _reach_findings(sources):
    cache = {}
    for source in sources:
        hidden = ("caf/", "rocksdb/") if source.folder == "http" else ("caf/",) if source.path in CAF_FREE else ()
        if not hidden or not source.is_cpp:
            continue
        for header, way in _reach(source.root, source.path, cache).items():
            if header.startswith(hidden) and len(way) > 1:
                yield Finding("include", source.path, 1, f"reaches <{header}> by {' -> '.join(way)}")
            elif header.startswith(hidden) and source.path in CAF_FREE:
                yield Finding("include", source.path, 1, f"<{header}>: this header is the CAF-free side of actors/")


def check(sources):
    for source in sources:
        if source.is_cpp:
            yield from _folder_findings(source)
            yield from _library_findings(source)
            if source.path.endswith(".hpp") and not re.search(r"^#pragma once$", source.text, re.MULTILINE):
                yield Finding("include", source.path, 1, "a header starts with #pragma once")
    yield from _reach_findings(sources)
