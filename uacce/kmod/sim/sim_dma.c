// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a queue's owner, reached by its own addresses: what SVA is for
 * hardware.
 *
 * The owner's mm is held only while bytes are copied. Held any longer it would
 * keep itself alive: its mappings hold the queue's file, whose release stops
 * this thread. It is given back asynchronously, because the last one to do so
 * tears the address space down.
 */
#include <linux/kthread.h>
#include <linux/mmu_context.h>
#include <linux/overflow.h>
#include <linux/sched/mm.h>
#include <linux/uaccess.h>

#include "sim.h"

static int sim_dma_copy(struct sim_queue *q, u64 addr, void *to,
			const void *from, size_t bytes)
{
	void __user *user = u64_to_user_ptr(addr);
	unsigned long left;

	/* A descriptor can mean gigabytes, and not every kernel preempts us. */
	cond_resched();
	if (sim_stopping(q))
		return -ECANCELED;
	if (!mmget_not_zero(q->mm))
		return -ESRCH;
	kthread_use_mm(q->mm);
	if (to)
		left = copy_from_user(to, user, bytes);
	else
		left = copy_to_user(user, from, bytes);
	kthread_unuse_mm(q->mm);
	mmput_async(q->mm);
	return left ? -EFAULT : 0;
}

/* One of @to and @from is NULL. */
static int sim_dma_move(struct sim_queue *q, u64 addr, void *to,
			const void *from, size_t bytes)
{
	u64 end;

	if (check_add_overflow(addr, (u64)bytes, &end) || end > ULONG_MAX)
		return -EFAULT;
	while (bytes) {
		size_t count = min_t(size_t, bytes, SIM_PIECE_BYTES);
		int ret = sim_dma_copy(q, addr, to, from, count);

		if (ret)
			return ret;
		addr += count;
		bytes -= count;
		if (to)
			to += count;
		else
			from += count;
	}
	return 0;
}

int sim_dma_read(struct sim_queue *q, u64 addr, void *to, size_t bytes)
{
	return sim_dma_move(q, addr, to, NULL, bytes);
}

int sim_dma_write(struct sim_queue *q, u64 addr, const void *from, size_t bytes)
{
	return sim_dma_move(q, addr, NULL, from, bytes);
}

void sim_cursor_flat(struct sim_cursor *c, u64 addr, u64 bytes)
{
	memset(c, 0, sizeof(*c));
	c->bytes = bytes;
	c->left = bytes;
	c->addr = addr;
	c->piece = bytes;
}

/* The next list of the chain, which there is. */
static int sim_cursor_load(struct sim_queue *q, struct sim_cursor *c)
{
	struct hisi_sgl head;
	u64 addr = c->next_list;
	int ret;

	/* A chain that comes back to itself ends here, too. */
	if (addr % HISI_SGL_ALIGN_BYTES || c->lists == SIM_MAX_SGLS)
		return -EINVAL;
	c->lists++;
	ret = sim_dma_read(q, addr, &head, sizeof(head));
	if (ret)
		return ret;
	c->next = 0;
	c->count = le16_to_cpu(head.entry_sum_in_sgl);
	c->next_list = le64_to_cpu(head.next_dma);
	if (c->count > HISI_SGL_MAX_ENTRIES)
		return -EINVAL;
	return sim_dma_read(q, addr + HISI_SGL_HEAD_BYTES, c->entries,
			    c->count * sizeof(*c->entries));
}

/* Moves on to a piece that is not empty. -ENODATA: there is none. */
static int sim_cursor_next(struct sim_queue *q, struct sim_cursor *c)
{
	while (!c->piece) {
		const struct hisi_sgl_entry *entry;
		u64 skipped, end;
		int ret;

		if (c->next == c->count) {
			if (!c->entries || !c->next_list)
				return -ENODATA;
			ret = sim_cursor_load(q, c);
			if (ret)
				return ret;
			continue;
		}
		entry = &c->entries[c->next++];
		c->addr = le64_to_cpu(entry->buf);
		c->piece = le32_to_cpu(entry->len);
		if (c->piece > HISI_SGL_MAX_ENTRY_BYTES ||
		    check_add_overflow(c->addr, c->piece, &end))
			return -EINVAL;
		skipped = min(c->piece, c->skip);
		c->skip -= skipped;
		c->addr += skipped;
		c->piece -= skipped;
	}
	return 0;
}

static void sim_cursor_rewind(struct sim_cursor *c, u64 addr, u64 skip)
{
	c->piece = 0;
	c->next = 0;
	c->count = 0;
	c->lists = 0;
	c->next_list = addr;
	c->skip = skip;
}

/*
 * The bytes [skip, skip + max_bytes) of a chain of lists, or as many of them as
 * there are. The chain is walked twice, to count and to use; whoever changes it
 * in between spoils only its own request.
 */
int sim_cursor_sgl(struct sim_queue *q, struct sim_cursor *c,
		   unsigned int buffer, u64 addr, u64 skip, u64 max_bytes)
{
	int ret = 0;

	memset(c, 0, sizeof(*c));
	c->entries = q->entries[buffer];
	sim_cursor_rewind(c, addr, skip);
	while (c->bytes < max_bytes) {
		ret = sim_cursor_next(q, c);
		if (ret)
			break;
		c->bytes += min(c->piece, max_bytes - c->bytes);
		c->piece = 0;
	}
	if (ret && ret != -ENODATA)
		return ret;
	sim_cursor_rewind(c, addr, skip);
	c->left = c->bytes;
	return 0;
}

static int sim_cursor_move(struct sim_queue *q, struct sim_cursor *c, void *to,
			   const void *from, size_t bytes)
{
	if (bytes > c->left)
		return -ENODATA;
	while (bytes) {
		size_t count;
		int ret = sim_cursor_next(q, c);

		if (ret)
			return ret;
		count = min_t(u64, bytes, c->piece);
		ret = sim_dma_move(q, c->addr, to, from, count);
		if (ret)
			return ret;
		c->addr += count;
		c->piece -= count;
		c->left -= count;
		bytes -= count;
		if (to)
			to += count;
		else
			from += count;
	}
	return 0;
}

int sim_cursor_read(struct sim_queue *q, struct sim_cursor *c, void *to,
		    size_t bytes)
{
	return sim_cursor_move(q, c, to, NULL, bytes);
}

int sim_cursor_write(struct sim_queue *q, struct sim_cursor *c,
		     const void *from, size_t bytes)
{
	return sim_cursor_move(q, c, NULL, from, bytes);
}
