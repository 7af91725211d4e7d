// SPDX-License-Identifier: GPL-2.0-only
/*
 * A descriptor of ZIP, and the answer to it.
 */
#include <linux/slab.h>

#include "hw/hisi/abi/zip.h"
#include "zip.h"

#define ZIP_MAX_WINDOW_BYTES	32768

struct zip_progress {
	enum zip_step step;
	int error;	/* and then @step means nothing */
	u64 consumed;
	u64 produced;
};

struct zip_answer {
	u32 status;
	bool last_block;
	u64 consumed;
	u64 produced;
	u32 context_state;
	u64 data_bytes;
	u32 checksum;
};

/* Moves bytes through a coder, a piece at a time. */
static struct zip_progress zip_pump(struct sim_queue *q,
				    struct zip_coder *coder,
				    struct zip_request *request)
{
	struct zip_progress progress = {};
	struct sim_cursor *source = &request->source;
	struct sim_cursor *room = &request->room;
	struct zip_bytes unread = {};

	for (;;) {
		struct zip_bytes left;
		enum zip_flush flush;
		size_t made;

		if (!unread.count && source->left) {
			unread.at = q->in;
			unread.count = min_t(u64, source->left,
					     SIM_PIECE_BYTES);
			progress.error = sim_cursor_read(q, source, unread.at,
							 unread.count);
			if (progress.error)
				return progress;
		}
		flush = source->left ? ZIP_MORE :
			request->finish ? ZIP_FINISH : ZIP_SYNC;
		left.at = q->out;
		left.count = min_t(u64, room->left, SIM_PIECE_BYTES);
		progress.step = zip_coder_run(coder, &unread, &left, flush);
		progress.consumed = source->bytes - source->left - unread.count;
		made = left.at - q->out;
		progress.error = sim_cursor_write(q, room, q->out, made);
		if (progress.error)
			return progress;
		progress.produced += made;
		if (progress.step == ZIP_NEEDS_INPUT && source->left)
			continue;
		if (progress.step == ZIP_NEEDS_ROOM && room->left)
			continue;
		return progress;
	}
}

static u32 zip_compressed(const struct zip_progress *progress)
{
	return progress->produced && progress->produced >= progress->consumed ?
		HISI_ZIP_NEGATIVE_COMPRESSION : HISI_ZIP_OK;
}

/* Of steps that are an error in every mode. */
static u32 zip_step_error(enum zip_step step)
{
	switch (step) {
	case ZIP_BAD_CHECKSUM:
		return HISI_ZIP_CHECKSUM_MISMATCH;
	case ZIP_MISUSE:
		return HISI_ZIP_SIM_BAD_CONTEXT;
	default:
		return HISI_ZIP_SIM_BAD_DATA;
	}
}

static u32 zip_stateless_status(const struct zip_request *request,
				const struct zip_progress *progress)
{
	if (progress->error)
		return zip_status_of(progress->error, HISI_ZIP_SIM_BAD_SGL);
	switch (progress->step) {
	case ZIP_END:
		return request->compress ? zip_compressed(progress) :
					   HISI_ZIP_OK;
	case ZIP_NEEDS_INPUT:
		return HISI_ZIP_SIM_TRUNCATED;
	case ZIP_NEEDS_ROOM:
		return HISI_ZIP_DEST_TOO_SMALL;
	default:
		return zip_step_error(progress->step);
	}
}

/*
 * Software that resubmits until a stream ends must not do so for ever: a packet
 * that moved nothing is an error.
 */
static u32 zip_stateful_status(const struct zip_request *request,
			       const struct zip_progress *progress)
{
	bool moved = progress->consumed || progress->produced;

	if (progress->error)
		return zip_status_of(progress->error, HISI_ZIP_SIM_BAD_SGL);
	switch (progress->step) {
	case ZIP_END:
		return request->compress ? zip_compressed(progress) :
					   HISI_ZIP_DECOMPRESS_END;
	case ZIP_NEEDS_INPUT:
		if (request->compress)
			return zip_compressed(progress);
		return moved ? HISI_ZIP_OK : HISI_ZIP_SIM_NO_PROGRESS;
	case ZIP_NEEDS_ROOM:
		return !request->compress && moved ? HISI_ZIP_OK :
						     HISI_ZIP_DEST_TOO_SMALL;
	default:
		return zip_step_error(progress->step);
	}
}

static struct zip_coder *zip_take_coder(struct sim_queue *q,
					const struct zip_request *request)
{
	struct zip_queue *zq = q->engine;
	struct zip_coder *coder = zq->coder;

	zq->coder = NULL;
	/* The queue may have been started anew, as the other kind. */
	if (coder && coder->compress != request->compress) {
		zip_coder_free(coder);
		coder = NULL;
	}
	if (!coder)
		coder = zip_coder_new(request->compress);
	if (coder && zip_coder_start(coder, request->format,
				     request->window_bits)) {
		zip_coder_free(coder);
		coder = NULL;
	}
	return coder;
}

static void zip_give_coder(struct sim_queue *q, struct zip_coder *coder)
{
	struct zip_queue *zq = q->engine;

	if (zq->coder)
		zip_coder_free(coder);
	else
		zq->coder = coder;
}

static void zip_answer_fill(struct zip_answer *answer,
			    const struct zip_progress *progress,
			    const struct zip_coder *coder)
{
	answer->consumed = progress->consumed;
	answer->produced = progress->produced;
	answer->data_bytes = coder->data_bytes;
	answer->checksum = zip_coder_checksum(coder);
}

static void zip_run_stateless(struct sim_queue *q, struct zip_request *request,
			      struct zip_answer *answer)
{
	struct zip_coder *coder = zip_take_coder(q, request);
	struct zip_progress progress;

	if (!coder) {
		answer->status = HISI_ZIP_SIM_NO_RESOURCES;
		return;
	}
	progress = zip_pump(q, coder, request);
	answer->status = zip_stateless_status(request, &progress);
	zip_answer_fill(answer, &progress, coder);
	zip_give_coder(q, coder);
}

/*
 * A token stands at both ends of a context, so that software which gives less
 * memory than hardware needs, or uses it for something else, is found out.
 */
static u64 zip_second_token(u64 context)
{
	return context + HISI_ZIP_CTX_HW_BYTES - sizeof(struct zip_token);
}

static int zip_context_write(struct sim_queue *q, u64 context,
			     const struct zip_token *token)
{
	int ret = sim_dma_write(q, context, token, sizeof(*token));

	return ret ? ret : sim_dma_write(q, zip_second_token(context), token,
					 sizeof(*token));
}

/* The stream that a request goes on with, or begins. */
static u32 zip_open_stream(struct sim_queue *q,
			   const struct zip_request *request,
			   struct zip_stream **found)
{
	struct zip_token first, second;
	struct zip_stream *stream;

	if (sim_dma_read(q, request->context, &first, sizeof(first)) ||
	    sim_dma_read(q, zip_second_token(request->context), &second,
			 sizeof(second)))
		return HISI_ZIP_SIM_MEMORY_FAULT;
	/*
	 * Of a first packet that is whatever was there; if it names a stream,
	 * then one that was abandoned.
	 */
	stream = zip_stream_take(&first);
	if (request->stream_new) {
		if (stream)
			zip_stream_free(stream);
		stream = zip_stream_new(q->mm);
		if (!stream)
			return HISI_ZIP_SIM_NO_RESOURCES;
		stream->coder = zip_take_coder(q, request);
		if (!stream->coder) {
			zip_stream_free(stream);
			return HISI_ZIP_SIM_NO_RESOURCES;
		}
	} else if (!stream) {
		return HISI_ZIP_SIM_BAD_CONTEXT;
	} else if (stream->coder->format != request->format ||
		   stream->coder->compress != request->compress ||
		   memcmp(&first, &second, sizeof(first))) {
		zip_stream_free(stream);
		return HISI_ZIP_SIM_BAD_CONTEXT;
	}
	*found = stream;
	return HISI_ZIP_OK;
}

static u32 zip_context_state(const struct zip_request *request,
			     const struct zip_progress *progress,
			     const struct zip_coder *coder)
{
	if (request->compress || progress->step != ZIP_NEEDS_ROOM)
		return HISI_ZIP_CTX_STATE_NONE;
	return zip_coder_in_last_block(coder) ?
		HISI_ZIP_CTX_STATE_LAST_NEEDS_ROOM | HISI_ZIP_CTX_BFINAL :
		HISI_ZIP_CTX_STATE_NEEDS_ROOM;
}

static void zip_run_stateful(struct sim_queue *q, struct zip_request *request,
			     struct zip_answer *answer)
{
	struct zip_progress progress;
	struct zip_stream *stream;
	struct zip_token token;

	answer->status = zip_open_stream(q, request, &stream);
	if (answer->status != HISI_ZIP_OK)
		return;
	progress = zip_pump(q, stream->coder, request);
	answer->status = zip_stateful_status(request, &progress);
	answer->last_block = answer->status == HISI_ZIP_DECOMPRESS_END;
	zip_answer_fill(answer, &progress, stream->coder);
	if (answer->status == HISI_ZIP_OK)
		answer->context_state = zip_context_state(request, &progress,
							  stream->coder);
	if (progress.error || (progress.step != ZIP_NEEDS_INPUT &&
			       progress.step != ZIP_NEEDS_ROOM)) {
		zip_give_coder(q, stream->coder);
		stream->coder = NULL;
		zip_stream_free(stream);
		return;
	}
	token = zip_stream_put(q->engine, stream);
	if (zip_context_write(q, request->context, &token)) {
		memset(answer, 0, sizeof(*answer));
		answer->status = HISI_ZIP_SIM_MEMORY_FAULT;
	}
}

static void zip_execute(struct sim_queue *q, struct sim_sqe *slot)
{
	struct hisi_zip_sqe *sqe = (struct hisi_zip_sqe *)slot;
	struct zip_request request = {};
	struct zip_answer answer = {};

	BUILD_BUG_ON(sizeof(*sqe) != sizeof(*slot));
	answer.status = zip_parse(q, sqe, &request);
	if (answer.status == HISI_ZIP_OK && !request.bypass) {
		if (request.stateful)
			zip_run_stateful(q, &request, &answer);
		else
			zip_run_stateless(q, &request, &answer);
	}
	sqe->consumed = cpu_to_le32(answer.consumed);
	sqe->produced = cpu_to_le32(answer.produced);
	sqe->comp_data_length = 0;
	sqe->dw3 = cpu_to_le32(answer.status | HISI_ZIP_SIM_WRITTEN |
			       (answer.last_block ? HISI_ZIP_LAST_BLOCK : 0));
	if (answer.status == HISI_ZIP_OK && request.bypass)
		return;
	sqe->ctx_dw0 = cpu_to_le32(answer.context_state);
	sqe->ctx_dw1 = 0;
	sqe->ctx_dw2 = cpu_to_le32(min_t(u64, answer.data_bytes,
					 ZIP_MAX_WINDOW_BYTES));
	sqe->isize = cpu_to_le32(answer.data_bytes);
	sqe->checksum = cpu_to_le32(answer.checksum);
}

static void zip_fail(struct sim_sqe *slot, u32 code)
{
	struct hisi_zip_sqe *sqe = (struct hisi_zip_sqe *)slot;

	sqe->consumed = 0;
	sqe->produced = 0;
	sqe->comp_data_length = 0;
	sqe->dw3 = cpu_to_le32((code & HISI_ZIP_STATUS_MASK) |
			       HISI_ZIP_SIM_WRITTEN);
	/* A state would hide the error from software. */
	sqe->ctx_dw0 = 0;
}

static enum sim_op zip_classify(struct sim_queue *q, const struct sim_sqe *sqe)
{
	return q->qc_type == HISI_QM_QC_TYPE_COMPRESS ? SIM_OP_COMPRESS :
							SIM_OP_DECOMPRESS;
}

static int zip_queue_init(struct sim_queue *q)
{
	struct zip_queue *zq = kzalloc(sizeof(*zq), GFP_KERNEL);

	if (!zq)
		return -ENOMEM;
	INIT_LIST_HEAD(&zq->streams);
	q->engine = zq;
	return 0;
}

static void zip_queue_exit(struct sim_queue *q)
{
	struct zip_queue *zq = q->engine;

	if (!zq)
		return;
	zip_streams_drop(zq);
	zip_coder_free(zq->coder);
	kfree(zq);
}

const struct sim_engine sim_zip_engine = {
	.name = "hisi_zip",
	.queue_init = zip_queue_init,
	.queue_exit = zip_queue_exit,
	.classify = zip_classify,
	.execute = zip_execute,
	.fail = zip_fail,
};
