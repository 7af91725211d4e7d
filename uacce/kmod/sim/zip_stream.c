// SPDX-License-Identifier: GPL-2.0-only
/*
 * The streams of stateful requests between their packets. Hardware keeps their
 * state in software's memory; here it is in the kernel, where nobody scribbles,
 * and software's memory has a token by which it is found again. A token is
 * random and serves once.
 *
 * Software abandons streams and tells nobody. If there are too many, the one of
 * the same owner goes that was not used for longest, on whichever queue: nobody
 * takes one from another process. They go with their queue.
 */
#include <linux/hashtable.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "zip.h"

static unsigned int streams = 256;
module_param(streams, uint, 0644);
MODULE_PARM_DESC(streams, "Streams of all queues together");

static DEFINE_MUTEX(zip_streams_lock);
static DEFINE_HASHTABLE(zip_streams, 8);
static LIST_HEAD(zip_streams_by_age);	/* the first is the oldest */
static unsigned int zip_stream_count;	/* those in use by a thread, too */

/* NULL: none has this token. Whoever takes a stream has it alone. */
struct zip_stream *zip_stream_take(const struct zip_token *token)
{
	struct zip_stream *stream;

	mutex_lock(&zip_streams_lock);
	hash_for_each_possible(zip_streams, stream, by_token, token->half[0]) {
		if (!memcmp(&stream->token, token, sizeof(*token))) {
			hash_del(&stream->by_token);
			list_del(&stream->node);
			list_del(&stream->by_age);
			mutex_unlock(&zip_streams_lock);
			return stream;
		}
	}
	mutex_unlock(&zip_streams_lock);
	return NULL;
}

struct zip_token zip_stream_put(struct zip_queue *zq, struct zip_stream *stream)
{
	get_random_bytes(&stream->token, sizeof(stream->token));
	mutex_lock(&zip_streams_lock);
	hash_add(zip_streams, &stream->by_token, stream->token.half[0]);
	list_add(&stream->node, &zq->streams);
	list_add_tail(&stream->by_age, &zip_streams_by_age);
	mutex_unlock(&zip_streams_lock);
	return stream->token;
}

/* Under the lock. */
static void zip_stream_forget(struct zip_stream *stream)
{
	hash_del(&stream->by_token);
	list_del(&stream->node);
	list_del(&stream->by_age);
	zip_stream_count--;
	zip_coder_free(stream->coder);
	kfree(stream);
}

/* The oldest that is kept for @owner, or NULL. Under the lock. */
static struct zip_stream *zip_stream_oldest(const struct mm_struct *owner)
{
	struct zip_stream *stream;

	list_for_each_entry(stream, &zip_streams_by_age, by_age)
		if (stream->owner == owner)
			return stream;
	return NULL;
}

/* Without a coder. NULL: there are too many, and none is @owner's to drop. */
struct zip_stream *zip_stream_new(const struct mm_struct *owner)
{
	struct zip_stream *stream = kzalloc(sizeof(*stream), GFP_KERNEL);

	if (!stream)
		return NULL;
	stream->owner = owner;
	mutex_lock(&zip_streams_lock);
	if (zip_stream_count >= READ_ONCE(streams)) {
		struct zip_stream *oldest = zip_stream_oldest(owner);

		if (!oldest) {
			mutex_unlock(&zip_streams_lock);
			kfree(stream);
			return NULL;
		}
		zip_stream_forget(oldest);
	}
	zip_stream_count++;
	mutex_unlock(&zip_streams_lock);
	return stream;
}

/* One that is taken, or new. */
void zip_stream_free(struct zip_stream *stream)
{
	mutex_lock(&zip_streams_lock);
	zip_stream_count--;
	mutex_unlock(&zip_streams_lock);
	zip_coder_free(stream->coder);
	kfree(stream);
}

void zip_streams_drop(struct zip_queue *zq)
{
	mutex_lock(&zip_streams_lock);
	while (!list_empty(&zq->streams))
		zip_stream_forget(list_first_entry(&zq->streams,
						   struct zip_stream, node));
	mutex_unlock(&zip_streams_lock);
}
