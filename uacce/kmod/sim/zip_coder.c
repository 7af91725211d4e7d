// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks by the kernel's zlib, and the trailers of zlib and gzip. Headers are
 * software's.
 */
#include <linux/bitrev.h>
#include <linux/crc32.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/zutil.h>

#include "zip.h"

#define ZIP_LEVEL	1	/* about what hardware achieves */

struct zip_coder *zip_coder_new(bool compress)
{
	struct zip_coder *coder = kvzalloc(sizeof(*coder), GFP_KERNEL);
	size_t bytes = compress ?
		zlib_deflate_workspacesize(MAX_WBITS, DEF_MEM_LEVEL) :
		zlib_inflate_workspacesize();

	if (!coder)
		return NULL;
	coder->compress = compress;
	/* Zeroed: what zlib does not write it must not read of others. */
	coder->zs.workspace = kvzalloc(bytes, GFP_KERNEL);
	if (!coder->zs.workspace) {
		kvfree(coder);
		return NULL;
	}
	return coder;
}

void zip_coder_free(struct zip_coder *coder)
{
	if (!coder)
		return;
	kvfree(coder->zs.workspace);
	kvfree(coder);
}

/* Whatever the coder did before. */
int zip_coder_start(struct zip_coder *coder, enum zip_format format,
		    int window_bits)
{
	int ret;

	coder->format = format;
	coder->checksum = format == ZIP_GZIP ? ~0u : format == ZIP_ZLIB;
	coder->data_bytes = 0;
	coder->done = false;
	coder->finishing = false;
	coder->begin = 0;
	coder->end = 0;
	coder->trailer_count = 0;
	coder->zs.data_type = 0;
	if (coder->compress)
		ret = zlib_deflateInit2(&coder->zs, ZIP_LEVEL, Z_DEFLATED,
					-window_bits, DEF_MEM_LEVEL,
					Z_DEFAULT_STRATEGY);
	else
		ret = zlib_inflateInit2(&coder->zs, -MAX_WBITS);
	return ret == Z_OK ? 0 : -EINVAL;
}

/* Of gzip the register as it stands, which descriptors have reversed. */
u32 zip_coder_checksum(const struct zip_coder *coder)
{
	return coder->format == ZIP_GZIP ? bitrev32(coder->checksum) :
					   coder->checksum;
}

static void zip_add_data(struct zip_coder *coder, const u8 *data, size_t bytes)
{
	coder->data_bytes += bytes;
	if (!bytes)
		return;
	if (coder->format == ZIP_ZLIB)
		coder->checksum = zlib_adler32(coder->checksum, data, bytes);
	else if (coder->format == ZIP_GZIP)
		coder->checksum = crc32_le(coder->checksum, data, bytes);
}

static size_t zip_trailer(const struct zip_coder *coder, u8 *trailer)
{
	__be32 adler = cpu_to_be32(coder->checksum);
	__le32 crc_and_size[2] = {
		cpu_to_le32(~coder->checksum), cpu_to_le32(coder->data_bytes)
	};

	switch (coder->format) {
	case ZIP_ZLIB:
		memcpy(trailer, &adler, sizeof(adler));
		return sizeof(adler);
	case ZIP_GZIP:
		memcpy(trailer, crc_and_size, sizeof(crc_and_size));
		return sizeof(crc_and_size);
	default:
		return 0;
	}
}

static void zip_skip(struct zip_bytes *bytes, size_t count)
{
	bytes->at += count;
	bytes->count -= count;
}

/* False: some is still pending. */
static bool zip_drain(struct zip_coder *coder, struct zip_bytes *room)
{
	size_t count = min(coder->end - coder->begin, room->count);

	memcpy(room->at, coder->pending + coder->begin, count);
	coder->begin += count;
	zip_skip(room, count);
	return coder->begin == coder->end;
}

/* Nothing is pending. */
static bool zip_deflate(struct zip_coder *coder, struct zip_bytes *source,
			enum zip_flush flush)
{
	static const int flushes[] = {
		[ZIP_MORE] = Z_NO_FLUSH,
		[ZIP_SYNC] = Z_SYNC_FLUSH,
		[ZIP_FINISH] = Z_FINISH,
	};
	z_stream *zs = &coder->zs;
	size_t taken;
	int ret;

	zs->next_in = source->at;
	zs->avail_in = source->count;
	zs->next_out = coder->pending;
	zs->avail_out = ZIP_PENDING_BYTES;
	ret = zlib_deflate(zs, flushes[flush]);
	taken = source->count - zs->avail_in;
	zip_add_data(coder, source->at, taken);
	zip_skip(source, taken);
	coder->finishing = flush == ZIP_FINISH && !source->count;
	coder->begin = 0;
	coder->end = ZIP_PENDING_BYTES - zs->avail_out;
	if (ret == Z_STREAM_END) {
		coder->done = true;
		coder->end += zip_trailer(coder, coder->pending + coder->end);
	}
	/* Z_BUF_ERROR: there was nothing to do. */
	return ret == Z_OK || ret == Z_STREAM_END || ret == Z_BUF_ERROR;
}

static enum zip_step zip_compress(struct zip_coder *coder,
				  struct zip_bytes *source,
				  struct zip_bytes *room, enum zip_flush flush)
{
	if (coder->finishing && (flush != ZIP_FINISH || source->count))
		return ZIP_MISUSE;
	for (;;) {
		if (!zip_drain(coder, room))
			return ZIP_NEEDS_ROOM;
		if (coder->done)
			return ZIP_END;
		if (!zip_deflate(coder, source, flush))
			return ZIP_MISUSE;
		/* Room that zlib left: it has done all that it was told. */
		if (coder->zs.avail_out && !coder->done && !source->count)
			return zip_drain(coder, room) ? ZIP_NEEDS_INPUT :
							ZIP_NEEDS_ROOM;
	}
}

static enum zip_step zip_read_trailer(struct zip_coder *coder,
				      struct zip_bytes *source)
{
	u8 expected[ZIP_MAX_TRAILER_BYTES];
	size_t bytes = zip_trailer(coder, expected);
	size_t count = min(bytes - coder->trailer_count, source->count);

	memcpy(coder->trailer + coder->trailer_count, source->at, count);
	coder->trailer_count += count;
	zip_skip(source, count);
	if (coder->trailer_count < bytes)
		return ZIP_NEEDS_INPUT;
	return memcmp(coder->trailer, expected, bytes) ? ZIP_BAD_CHECKSUM :
							 ZIP_END;
}

static enum zip_step zip_inflate(struct zip_coder *coder,
				 struct zip_bytes *source, u8 *out,
				 size_t out_bytes, size_t *produced)
{
	z_stream *zs = &coder->zs;
	int ret;

	zs->next_in = source->at;
	zs->avail_in = source->count;
	zs->next_out = out;
	zs->avail_out = out_bytes;
	ret = zlib_inflate(zs, Z_NO_FLUSH);
	zip_skip(source, source->count - zs->avail_in);
	*produced = out_bytes - zs->avail_out;
	switch (ret) {
	case Z_STREAM_END:
		coder->done = true;
		return ZIP_NEEDS_ROOM;
	case Z_OK:
	case Z_BUF_ERROR:
		/* Room that zlib left means that it wants input. */
		return zs->avail_out && !source->count ? ZIP_NEEDS_INPUT :
							 ZIP_NEEDS_ROOM;
	default:
		return ZIP_BAD_DATA;
	}
}

/*
 * Without room one byte is decoded ahead: that is how room which was just
 * enough is told from too little, as zlib does not say what it holds back.
 */
static enum zip_step zip_decompress(struct zip_coder *coder,
				    struct zip_bytes *source,
				    struct zip_bytes *room)
{
	enum zip_step step;
	size_t produced;

	for (;;) {
		size_t unread;

		if (coder->begin != coder->end) {
			if (!room->count)
				return ZIP_NEEDS_ROOM;
			zip_add_data(coder, coder->pending, 1);
			zip_drain(coder, room);
		}
		if (coder->done)
			return zip_read_trailer(coder, source);
		unread = source->count;
		if (room->count) {
			step = zip_inflate(coder, source, room->at, room->count,
					   &produced);
			zip_add_data(coder, room->at, produced);
			zip_skip(room, produced);
		} else {
			step = zip_inflate(coder, source, coder->pending, 1,
					   &produced);
			coder->begin = 0;
			coder->end = produced;
		}
		if (step != ZIP_NEEDS_ROOM)
			return step;
		/* It never is so; and never must be so for ever. */
		if (!produced && unread == source->count && !coder->done)
			return ZIP_BAD_DATA;
	}
}

/* Takes from the front of both. Room may be empty. */
enum zip_step zip_coder_run(struct zip_coder *coder, struct zip_bytes *source,
			    struct zip_bytes *room, enum zip_flush flush)
{
	return coder->compress ? zip_compress(coder, source, room, flush) :
				 zip_decompress(coder, source, room);
}
