// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a descriptor of ZIP asks for.
 */
#include "hw/hisi/abi/zip.h"
#include "zip.h"

#define ZIP_CTX_ALIGN_BYTES	16

/* Of what a cursor answers; @otherwise: of a list that is none. */
u32 zip_status_of(int error, u32 otherwise)
{
	switch (error) {
	case 0:
		return HISI_ZIP_OK;
	case -EINVAL:
		return otherwise;
	default:
		return HISI_ZIP_SIM_MEMORY_FAULT;
	}
}

static u64 zip_address(__le32 low, __le32 high)
{
	return (u64)le32_to_cpu(high) << 32 | le32_to_cpu(low);
}

/*
 * Which type a queue of one version gets is a matter of the software above, so
 * every version takes both. Only raw deflate never had the old one.
 */
static u32 zip_parse_type(struct sim_queue *q, u32 dw7, u32 dw9,
			  struct zip_request *request)
{
	u32 type = dw7 >> HISI_ZIP_TYPE_SHIFT & HISI_ZIP_TYPE_MASK;

	if (type != HISI_ZIP_TYPE_V1 && type != HISI_ZIP_TYPE_V3)
		return HISI_ZIP_SIM_BAD_TYPE;
	request->compress = q->qc_type == HISI_QM_QC_TYPE_COMPRESS;
	switch (dw9 & HISI_ZIP_REQ_TYPE_MASK) {
	case HISI_ZIP_REQ_ZLIB:
		request->format = ZIP_ZLIB;
		return HISI_ZIP_OK;
	case HISI_ZIP_REQ_GZIP:
		request->format = ZIP_GZIP;
		return HISI_ZIP_OK;
	case HISI_ZIP_REQ_DEFLATE:
		request->format = ZIP_DEFLATE;
		return type == HISI_ZIP_TYPE_V3 ? HISI_ZIP_OK :
						  HISI_ZIP_SIM_BAD_TYPE;
	case HISI_ZIP_REQ_LZ4:
	case HISI_ZIP_REQ_LZ77_ONLY:
	case HISI_ZIP_REQ_LZ77_ONLY_PRICE:
	case HISI_ZIP_REQ_LZ77_ZSTD_PRICE:
	case HISI_ZIP_REQ_LZ77_ZSTD:
		return HISI_ZIP_SIM_NOT_IMPLEMENTED;
	default:
		return HISI_ZIP_SIM_BAD_REQUEST;
	}
}

static u32 zip_parse_mode(const struct hisi_zip_sqe *sqe, u32 dw7,
			  struct zip_request *request)
{
	request->stateful = dw7 & HISI_ZIP_STATEFUL;
	request->stream_new = !request->stateful || dw7 & HISI_ZIP_STREAM_NEW;
	request->finish = !request->stateful || dw7 & HISI_ZIP_FLUSH_FINISH;
	request->bypass =
		!sqe->input_data_length &&
		le32_to_cpu(sqe->dest_avail_out) <= HISI_ZIP_BYPASS_ROOM;
	if (!request->stateful)
		return HISI_ZIP_OK;
	/* Only now: stateless requests may have anything there. */
	request->context = zip_address(sqe->stream_ctx_addr_l,
				       sqe->stream_ctx_addr_h);
	return request->context % ZIP_CTX_ALIGN_BYTES ?
		HISI_ZIP_SIM_BAD_CONTEXT : HISI_ZIP_OK;
}

/* Of decompression those bits may be anything. */
static u32 zip_parse_window(u32 dw9, struct zip_request *request)
{
	if (!request->compress)
		return HISI_ZIP_OK;
	switch (dw9 >> HISI_ZIP_WINDOW_SHIFT & HISI_ZIP_WINDOW_MASK) {
	case HISI_ZIP_WINDOW_4K:
		request->window_bits = 12;
		return HISI_ZIP_OK;
	case HISI_ZIP_WINDOW_8K:
		request->window_bits = 13;
		return HISI_ZIP_OK;
	case HISI_ZIP_WINDOW_16K:
	case HISI_ZIP_WINDOW_24K: /* zlib has powers of two; less is allowed */
		request->window_bits = 14;
		return HISI_ZIP_OK;
	case HISI_ZIP_WINDOW_32K:
		request->window_bits = 15;
		return HISI_ZIP_OK;
	default:
		return HISI_ZIP_SIM_BAD_WINDOW;
	}
}

/* A list may be shorter than the descriptor says, and then counts. */
static u32 zip_parse_buffers(struct sim_queue *q,
			     const struct hisi_zip_sqe *sqe, u32 dw7, u32 dw9,
			     struct zip_request *request)
{
	u64 source = zip_address(sqe->source_addr_l, sqe->source_addr_h);
	u64 dest = zip_address(sqe->dest_addr_l, sqe->dest_addr_h);
	u32 source_bytes = le32_to_cpu(sqe->input_data_length);
	u32 dest_bytes = le32_to_cpu(sqe->dest_avail_out);
	int ret;

	switch (dw9 >> HISI_ZIP_BUF_TYPE_SHIFT & HISI_ZIP_BUF_TYPE_MASK) {
	case HISI_ZIP_BUF_FLAT:
		if (source_bytes > HISI_ZIP_MAX_FLAT_BYTES ||
		    dest_bytes > HISI_ZIP_MAX_FLAT_BYTES)
			return HISI_ZIP_SIM_BAD_LENGTH;
		sim_cursor_flat(&request->source, source, source_bytes);
		sim_cursor_flat(&request->room, dest, dest_bytes);
		return HISI_ZIP_OK;
	case HISI_ZIP_BUF_SGL:
		ret = sim_cursor_sgl(q, &request->source, 0, source,
				     dw7 & HISI_ZIP_SOURCE_SKIP_MASK,
				     source_bytes);
		if (!ret)
			ret = sim_cursor_sgl(q, &request->room, 1, dest,
					     le32_to_cpu(sqe->dw8) &
					     HISI_ZIP_DEST_SKIP_MASK,
					     dest_bytes);
		return zip_status_of(ret, HISI_ZIP_SIM_BAD_SGL);
	default:
		return HISI_ZIP_SIM_BAD_BUFFER_TYPE;
	}
}

/* HISI_ZIP_OK, with @request; or what is wrong. */
u32 zip_parse(struct sim_queue *q, const struct hisi_zip_sqe *sqe,
	      struct zip_request *request)
{
	u32 dw7 = le32_to_cpu(sqe->dw7);
	u32 dw9 = le32_to_cpu(sqe->dw9);
	u32 status = zip_parse_type(q, dw7, dw9, request);

	if (status == HISI_ZIP_OK)
		status = zip_parse_mode(sqe, dw7, request);
	if (status == HISI_ZIP_OK)
		status = zip_parse_window(dw9, request);
	if (status != HISI_ZIP_OK || request->bypass)
		return status;
	return zip_parse_buffers(q, sqe, dw7, dw9, request);
}
