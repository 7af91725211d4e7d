// SPDX-License-Identifier: GPL-2.0-only
/*
 * What uacce calls. It serialises these for a device (see uacce_ops), so the
 * locks here are for the thread of a queue, and for what comes from debugfs.
 */
#include <linux/kthread.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "sim.h"

/* Queues that were given back while their thread would not end. */
static LIST_HEAD(sim_left_behind);
static DEFINE_MUTEX(sim_left_behind_lock);

size_t sim_dus_bytes(void)
{
	return hisi_qm_dus_bytes(SIM_DEPTH, SIM_DEPTH, PAGE_SIZE);
}

static size_t sim_mmio_bytes(void)
{
	return PAGE_ALIGN(SIM_MMIO_BYTES);
}

static void sim_set_stop_word(struct sim_queue *q, unsigned int from_end)
{
	__le32 *word = (__le32 *)(q->dus + sim_dus_bytes() - from_end);

	/* What was done before is seen by whoever sees this. */
	smp_store_release(word, cpu_to_le32(HISI_QM_STOPPED));
}

static void sim_queue_free(struct sim_queue *q)
{
	struct sim_device *sd = q->sd;

	if (sd->engine->queue_exit)
		sd->engine->queue_exit(q);
	if (q->mm)
		mmdrop(q->mm);
	mutex_lock(&sd->queue_lock);
	clear_bit(q->sqn, sd->sqns);
	mutex_unlock(&sd->queue_lock);
	kfree(q->entries[0]);
	kfree(q->entries[1]);
	kfree(q->in);
	kfree(q->out);
	vfree(q->images);
	vfree(q->dus);
	vfree(q->mmio);
	kfree(q);
}

/* The thread has come to its end, or @wait. */
static bool sim_queue_join(struct sim_queue *q, bool wait)
{
	if (!q->thread)
		return true;
	if (!wait && !completion_done(&q->ended))
		return false;
	kthread_stop(q->thread);
	put_task_struct(q->thread);
	q->thread = NULL;
	mmdrop(q->mm);
	q->mm = NULL;
	return true;
}

/**
 * sim_queue_reap() - frees queues that were left behind
 * @wait: for their threads
 */
void sim_queue_reap(bool wait)
{
	struct sim_queue *q, *next;

	mutex_lock(&sim_left_behind_lock);
	list_for_each_entry_safe(q, next, &sim_left_behind, node) {
		if (!sim_queue_join(q, wait))
			continue;
		list_del(&q->node);
		sim_queue_free(q);
	}
	mutex_unlock(&sim_left_behind_lock);
}

static int sim_get_available_instances(struct uacce_device *uacce)
{
	struct sim_device *sd = uacce->priv;
	int used;

	sim_queue_reap(false);
	mutex_lock(&sd->queue_lock);
	used = bitmap_weight(sd->sqns, sd->queue_count);
	mutex_unlock(&sd->queue_lock);
	return sd->queue_count - used;
}

static int sim_queue_alloc(struct sim_queue *q)
{
	q->mmio = vmalloc_user(sim_mmio_bytes());
	q->dus = vmalloc_user(sim_dus_bytes());
	q->images = vzalloc(array_size(SIM_DEPTH, sizeof(*q->images)));
	q->in = kmalloc(SIM_PIECE_BYTES, GFP_KERNEL);
	q->out = kmalloc(SIM_PIECE_BYTES, GFP_KERNEL);
	q->entries[0] = kmalloc_array(HISI_SGL_MAX_ENTRIES,
				      sizeof(struct hisi_sgl_entry),
				      GFP_KERNEL);
	q->entries[1] = kmalloc_array(HISI_SGL_MAX_ENTRIES,
				      sizeof(struct hisi_sgl_entry),
				      GFP_KERNEL);
	if (!q->mmio || !q->dus || !q->images || !q->in || !q->out ||
	    !q->entries[0] || !q->entries[1])
		return -ENOMEM;
	return q->sd->engine->queue_init(q);
}

static int sim_get_queue(struct uacce_device *uacce, unsigned long arg,
			 struct uacce_queue *uq)
{
	struct sim_device *sd = uacce->priv;
	struct sim_queue *q;
	unsigned long sqn;
	int ret = 0;

	sim_queue_reap(false);
	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q)
		return -ENOMEM;
	mutex_lock(&sd->queue_lock);
	sqn = find_first_zero_bit(sd->sqns, sd->queue_count);
	if (sd->halted)
		ret = -EPERM;
	else if (sqn == sd->queue_count)
		ret = -EBUSY;
	else
		set_bit(sqn, sd->sqns);
	mutex_unlock(&sd->queue_lock);
	if (ret) {
		kfree(q);
		return ret;
	}

	q->sd = sd;
	q->sqn = sqn;
	q->uq = uq;
	spin_lock_init(&q->wait_lock);
	init_completion(&q->ended);
	ret = sim_queue_alloc(q);
	if (ret) {
		sim_queue_free(q);
		return ret;
	}
	mutex_lock(&sd->queue_lock);
	list_add_tail(&q->node, &sd->queues);
	mutex_unlock(&sd->queue_lock);
	uq->priv = q;
	return 0;
}

static void sim_put_queue(struct uacce_queue *uq)
{
	struct sim_queue *q = uq->priv;
	struct sim_device *sd = q->sd;

	mutex_lock(&sd->queue_lock);
	list_del(&q->node);
	mutex_unlock(&sd->queue_lock);
	spin_lock(&q->wait_lock);
	q->uq = NULL;
	spin_unlock(&q->wait_lock);
	if (sim_queue_join(q, false)) {
		sim_queue_free(q);
		return;
	}
	mutex_lock(&sim_left_behind_lock);
	list_add_tail(&q->node, &sim_left_behind);
	mutex_unlock(&sim_left_behind_lock);
}

static void sim_poll_reset(struct sim_queue *q)
{
	spin_lock(&q->wait_lock);
	q->poll_head = 0;
	q->poll_phase = HISI_QM_CQE_FIRST_PHASE;
	spin_unlock(&q->wait_lock);
}

static int sim_start_queue(struct uacce_queue *uq)
{
	struct sim_queue *q = uq->priv;
	struct sim_device *sd = q->sd;
	struct task_struct *thread;
	int ret = 0;

	if (!sim_queue_join(q, false))
		return -EBUSY;
	if (!uacce_queue_mm(uq))
		return -EINVAL;
	mutex_lock(&sd->queue_lock);
	if (sd->halted || q->dead)
		ret = -EPERM;
	mutex_unlock(&sd->queue_lock);
	if (ret)
		return ret;

	q->qc_type = q->wanted_qc_type;
	sim_ring_reset(q);
	sim_poll_reset(q);
	WRITE_ONCE(q->stop, false);
	reinit_completion(&q->ended);
	thread = kthread_create(sim_ring_thread, q, "%s-%u/%u",
				sd->engine->name, sd->slot, q->sqn);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	q->mm = uacce_queue_mm(uq);
	mmgrab(q->mm);
	/* It is joined when it may have ended by itself. */
	get_task_struct(thread);
	q->thread = thread;
	wake_up_process(thread);
	return 0;
}

/*
 * The thread can be in a fault on the owner's memory that nobody resolves, as
 * of a file whose server is gone. It is not waited for: it writes no more once
 * it is back, and what it uses is kept for it.
 */
static void sim_stop_queue(struct uacce_queue *uq)
{
	struct sim_queue *q = uq->priv;

	WRITE_ONCE(q->stop, true);
	wake_up_process(q->thread);
	if (wait_for_completion_timeout(&q->ended,
					msecs_to_jiffies(SIM_STOP_TIMEOUT_MS)))
		/* For sim_queue_join(). */
		complete(&q->ended);
	else
		atomic64_inc(&q->sd->counters.left_behind);
	sim_queue_join(q, false);
}

/*
 * As the driver of the hardware does it: goes on from where it was, for as long
 * as phases say that entries are new. So all that are there are reported at
 * once, and an owner who does not ask for more than a lap is not told any more.
 */
static int sim_is_q_updated(struct uacce_queue *uq)
{
	struct sim_queue *q = uq->priv;
	struct hisi_qm_cqe *cq =
		(struct hisi_qm_cqe *)(q->dus + hisi_qm_cq_offset(SIM_DEPTH));
	unsigned int count = 0;
	int updated;

	spin_lock(&q->wait_lock);
	/* The owner can write phases as well: one lap is enough. */
	while (count < SIM_DEPTH &&
	       (le16_to_cpu(READ_ONCE(cq[q->poll_head].w7)) &
		HISI_QM_CQE_PHASE_MASK) == q->poll_phase) {
		count++;
		if (++q->poll_head == SIM_DEPTH) {
			q->poll_head = 0;
			q->poll_phase ^= HISI_QM_CQE_PHASE_MASK;
		}
	}
	updated = count || q->poll_died;
	q->poll_died = false;
	spin_unlock(&q->wait_lock);
	/* Pairs with sim_post(): what an entry tells of is there. */
	smp_rmb();
	return updated;
}

static int sim_mmap(struct uacce_queue *uq, struct vm_area_struct *vma,
		    struct uacce_qfile_region *qfr)
{
	struct sim_queue *q = uq->priv;
	size_t bytes = vma->vm_end - vma->vm_start;

	switch (qfr->type) {
	case UACCE_QFRT_MMIO:
		if (bytes > sim_mmio_bytes())
			return -EINVAL;
		return remap_vmalloc_range(vma, q->mmio, 0);
	case UACCE_QFRT_DUS:
		if (bytes != sim_dus_bytes())
			return -EINVAL;
		return remap_vmalloc_range(vma, q->dus, 0);
	default:
		return -EINVAL;
	}
}

static long sim_ioctl(struct uacce_queue *uq, unsigned int cmd,
		      unsigned long arg)
{
	struct sim_queue *q = uq->priv;
	void __user *user = (void __user *)arg;
	struct hisi_qm_qp_info info;
	struct hisi_qm_qp_ctx ctx;

	switch (cmd) {
	case HISI_QM_SET_QP_CTX:
		if (copy_from_user(&ctx, user, sizeof(ctx)))
			return -EFAULT;
		if (ctx.qc_type > HISI_QM_QC_TYPE_DECOMPRESS)
			return -EINVAL;
		/* Counts from the next start on. */
		q->wanted_qc_type = ctx.qc_type;
		ctx.sqn = q->sqn;
		return copy_to_user(user, &ctx, sizeof(ctx)) ? -EFAULT : 0;
	case HISI_QM_SET_QP_INFO:
		if (copy_from_user(&info, user, sizeof(info)))
			return -EFAULT;
		info.sqe_bytes = HISI_QM_SQE_BYTES;
		info.sq_depth = SIM_DEPTH;
		info.cq_depth = SIM_DEPTH;
		return copy_to_user(user, &info, sizeof(info)) ? -EFAULT : 0;
	default:
		return -EINVAL;
	}
}

/**
 * sim_device_halt() - stops all queues as a reset does
 * @sd: the device
 *
 * They stay open, and of no use. No other opens or starts until the caller
 * says so. Its @queue_lock is held.
 */
void sim_device_halt(struct sim_device *sd)
{
	struct sim_queue *q;

	lockdep_assert_held(&sd->queue_lock);
	sd->halted = true;
	list_for_each_entry(q, &sd->queues, node) {
		if (q->dead)
			continue;
		sim_set_stop_word(q, HISI_QM_DUS_TX_STOP_FROM_END);
		WRITE_ONCE(q->dead, true);
		sim_set_stop_word(q, HISI_QM_DUS_RX_STOP_FROM_END);
		/* Whoever waits in poll() learns it from the words. */
		spin_lock(&q->wait_lock);
		q->poll_died = true;
		if (q->uq)
			wake_up_interruptible(&q->uq->wait);
		spin_unlock(&q->wait_lock);
	}
}

static enum uacce_dev_state sim_get_isolate_state(struct uacce_device *uacce)
{
	struct sim_device *sd = uacce->priv;

	return READ_ONCE(sd->isolated) ? UACCE_DEV_ISOLATE : UACCE_DEV_NORMAL;
}

static int sim_isolate_threshold_write(struct uacce_device *uacce, u32 num)
{
	struct sim_device *sd = uacce->priv;

	int ret = 0;

	mutex_lock(&sd->queue_lock);
	if (sd->isolated) {
		ret = -EPERM;
	} else {
		WRITE_ONCE(sd->isolate_threshold, num);
		sd->errors = 0;
	}
	mutex_unlock(&sd->queue_lock);
	return ret;
}

static u32 sim_isolate_threshold_read(struct uacce_device *uacce)
{
	struct sim_device *sd = uacce->priv;

	return READ_ONCE(sd->isolate_threshold);
}

const struct uacce_ops sim_uacce_ops = {
	.get_available_instances = sim_get_available_instances,
	.get_queue = sim_get_queue,
	.put_queue = sim_put_queue,
	.start_queue = sim_start_queue,
	.stop_queue = sim_stop_queue,
	.is_q_updated = sim_is_q_updated,
	.mmap = sim_mmap,
	.ioctl = sim_ioctl,
	.get_isolate_state = sim_get_isolate_state,
	.isolate_err_threshold_write = sim_isolate_threshold_write,
	.isolate_err_threshold_read = sim_isolate_threshold_read,
};
