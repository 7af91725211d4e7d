/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ZIP engine's own: coders, and the streams of stateful requests.
 */
#ifndef UACCED_UACCE_SIM_ZIP_H
#define UACCED_UACCE_SIM_ZIP_H

#include <linux/types.h>
#include <linux/zlib.h>

#include "sim.h"

#define ZIP_PENDING_BYTES	8192
#define ZIP_MAX_TRAILER_BYTES	8

enum zip_format {
	ZIP_DEFLATE,
	ZIP_ZLIB,
	ZIP_GZIP,
};

enum zip_flush {
	ZIP_MORE,	/* more input comes at once */
	ZIP_SYNC,	/* output is to end on a byte */
	ZIP_FINISH,	/* there is no more input */
};

enum zip_step {
	ZIP_NEEDS_INPUT,
	ZIP_NEEDS_ROOM,
	ZIP_END,		/* trailer included */
	ZIP_BAD_DATA,
	ZIP_BAD_CHECKSUM,
	ZIP_MISUSE,		/* input behind the end of a stream */
};

/* Bytes that a coder takes from the front. */
struct zip_bytes {
	u8 *at;
	size_t count;
};

/**
 * struct zip_coder - one direction of one stream
 * @checksum: of what is not compressed, as the descriptor has it
 * @data_bytes: how much of that there was
 * @done: all blocks were coded
 * @finishing: all input was taken, and zlib told so
 * @begin: of output that found no room, in @pending
 * @end: of it
 * @trailer_count: bytes of the trailer that were read
 */
struct zip_coder {
	bool compress;
	enum zip_format format;
	z_stream zs;
	u32 checksum;
	u64 data_bytes;
	bool done;
	bool finishing;
	size_t begin;
	size_t end;
	size_t trailer_count;
	u8 trailer[ZIP_MAX_TRAILER_BYTES];
	u8 pending[ZIP_PENDING_BYTES + ZIP_MAX_TRAILER_BYTES];
};

struct zip_coder *zip_coder_new(bool compress);
void zip_coder_free(struct zip_coder *coder);
int zip_coder_start(struct zip_coder *coder, enum zip_format format,
		    int window_bits);
enum zip_step zip_coder_run(struct zip_coder *coder, struct zip_bytes *source,
			    struct zip_bytes *room, enum zip_flush flush);
u32 zip_coder_checksum(const struct zip_coder *coder);

static inline bool zip_coder_in_last_block(const struct zip_coder *coder)
{
	return coder->zs.data_type & 64;
}

/**
 * struct zip_request - what a descriptor asks for, checked
 * @stream_new: always when not stateful
 * @finish: the same
 * @bypass: v1 of UADK sends such ones: completes, and touches nothing
 * @context: stateful: the address of the context
 */
struct zip_request {
	enum zip_format format;
	bool compress;
	bool stateful;
	bool stream_new;
	bool finish;
	bool bypass;
	int window_bits;
	u64 context;
	struct sim_cursor source;
	struct sim_cursor room;
};

struct hisi_zip_sqe;

/* zip_parse.c */
u32 zip_parse(struct sim_queue *q, const struct hisi_zip_sqe *sqe,
	      struct zip_request *request);
u32 zip_status_of(int error, u32 otherwise);

struct zip_token {
	u64 half[2];
};

/**
 * struct zip_stream - a stream between two packets, or in one
 * @by_token: in the table; this and the lists only between two
 * @node: in the list of the queue that handled it last
 * @by_age: in the list of all
 * @owner: whose it is; to be compared, no reference
 */
struct zip_stream {
	struct hlist_node by_token;
	struct list_head node;
	struct list_head by_age;
	const struct mm_struct *owner;
	struct zip_token token;
	struct zip_coder *coder;
};

/**
 * struct zip_queue - what the engine keeps for a queue
 * @coder: that is not in use, or NULL
 * @streams: that this queue handled last
 */
struct zip_queue {
	struct zip_coder *coder;
	struct list_head streams;
};

struct zip_stream *zip_stream_take(const struct zip_token *token);
struct zip_token zip_stream_put(struct zip_queue *zq,
				struct zip_stream *stream);
struct zip_stream *zip_stream_new(const struct mm_struct *owner);
void zip_stream_free(struct zip_stream *stream);
void zip_streams_drop(struct zip_queue *zq);

#endif /* UACCED_UACCE_SIM_ZIP_H */
