// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues: what open(), ioctl(), mmap(), poll() and close() of a queue file do.
 *
 * A device may go, and the memory of a queue's owner, while the file is open.
 * So whoever is about to call the driver looks at the state first, with a lock
 * held that keeps it as it is.
 */
#include "uacce_internal.h"
#include "uacce_compat.h"

#include <linux/compat.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

static bool uacce_queue_valid(const struct uacce_queue *q)
{
	return q->state != UACCE_Q_ZOMBIE;
}

/*
 * With uacce->mutex held one may read the state. The queue's mutex is held for
 * the change alone, never while the driver starts or stops: that may wait for a
 * thread which has a page fault, and mmap(), which keeps page faults waiting,
 * wants the queue's mutex.
 */
static void uacce_queue_set_state(struct uacce_queue *q,
				  enum uacce_q_state state)
{
	mutex_lock(&q->mutex);
	q->state = state;
	mutex_unlock(&q->mutex);
}

static int uacce_queue_start(struct uacce_queue *q)
{
	const struct uacce_ops *ops = q->uacce->ops;
	int ret = 0;

	if (q->state != UACCE_Q_INIT)
		return -EINVAL;
	if (ops->start_queue)
		ret = ops->start_queue(q);
	if (!ret)
		uacce_queue_set_state(q, UACCE_Q_STARTED);
	return ret;
}

static void uacce_queue_stop(struct uacce_queue *q, enum uacce_q_state next)
{
	const struct uacce_ops *ops = q->uacce->ops;
	enum uacce_q_state before = q->state;

	uacce_queue_set_state(q, next);
	if (before == UACCE_Q_STARTED && ops->stop_queue)
		ops->stop_queue(q);
}

void uacce_queue_end(struct uacce_queue *q)
{
	if (uacce_queue_valid(q))
		uacce_queue_stop(q, UACCE_Q_ZOMBIE);
}

static void uacce_queue_put(struct uacce_queue *q)
{
	const struct uacce_ops *ops = q->uacce->ops;

	if (q->granted && ops->put_queue)
		ops->put_queue(q);
	q->granted = false;
	uacce_sva_unbind(q);
}

/*
 * The address space that has a region mapped, with a reference to it. A region
 * is there until its last mapping is gone, and nobody can reach the pages.
 */
static struct mm_struct *uacce_queue_mapped_in(struct uacce_queue *q,
					       unsigned int type)
{
	struct mm_struct *mm;

	mutex_lock(&q->mutex);
	mm = q->qfrs[type] ? q->qfrs[type]->mm : NULL;
	if (mm)
		mmgrab(mm);
	mutex_unlock(&q->mutex);
	return mm;
}

/*
 * From now on a touch is SIGBUS: uacce_vm_ops has no fault().
 *
 * With the mmap_lock, because a mapping that mmap() is just making cannot be
 * found through the file yet, and one that munmap() is just taking away cannot
 * be found any more, but may still be in some processor's TLB.
 */
static void uacce_queue_unmap(struct uacce_queue *q)
{
	struct mm_struct *mm;
	unsigned int type;

	for (type = 0; type < UACCE_MAX_REGION; type++) {
		mm = uacce_queue_mapped_in(q, type);
		if (!mm)
			continue;
		mmap_write_lock(mm);
		unmap_mapping_range(q->mapping, 0, 0, 1);
		mmap_write_unlock(mm);
		mmdrop(mm);
	}
}

void uacce_queue_withdraw(struct uacce_queue *q)
{
	uacce_queue_unmap(q);
	uacce_queue_put(q);
}

static int uacce_queue_open(struct uacce_queue *q, struct uacce_mm *binding)
{
	struct uacce_device *uacce = q->uacce;
	int ret;

	if (!uacce->parent)
		return -EINVAL;

	ret = uacce_sva_bind(q, binding);
	if (ret)
		return ret;

	if (uacce->ops->get_queue) {
		ret = uacce->ops->get_queue(uacce, q->pasid, q);
		if (ret < 0) {
			uacce_sva_unbind(q);
			return ret;
		}
	}
	q->granted = true;
	uacce_queue_set_state(q, UACCE_Q_INIT);
	list_add(&q->list, &uacce->queues);
	uacce_mm_add(binding, q);
	return 0;
}

static int uacce_fops_open(struct inode *inode, struct file *filep)
{
	struct uacce_device *uacce;
	struct uacce_mm *binding;
	struct uacce_queue *q;
	int ret;

	uacce = uacce_device_get(inode);
	if (!uacce)
		return -ENODEV;

	q = kzalloc(sizeof(*q), GFP_KERNEL);
	if (!q) {
		ret = -ENOMEM;
		goto err_device;
	}
	q->uacce = uacce;
	q->mapping = filep->f_mapping;
	init_waitqueue_head(&q->wait);
	mutex_init(&q->mutex);

	binding = uacce_mm_get(uacce);
	if (IS_ERR(binding)) {
		ret = PTR_ERR(binding);
		goto err_queue;
	}
	filep->private_data = q;

	uacce_mm_lock(binding);
	mutex_lock(&uacce->mutex);
	ret = uacce_queue_open(q, binding);
	mutex_unlock(&uacce->mutex);
	uacce_mm_unlock(binding);
	if (!ret)
		return 0;

	uacce_mm_put(binding);
err_queue:
	kfree(q);
err_device:
	put_device(&uacce->dev);
	return ret;
}

static int uacce_fops_release(struct inode *inode, struct file *filep)
{
	struct uacce_queue *q = filep->private_data;
	struct uacce_device *uacce = q->uacce;
	struct uacce_mm *binding = q->binding;

	/* No mapping is left: each of them holds the file. */
	uacce_mm_lock(binding);
	mutex_lock(&uacce->mutex);
	uacce_queue_end(q);
	if (uacce->ops)
		uacce_queue_put(q);
	list_del(&q->list);
	mutex_unlock(&uacce->mutex);
	uacce_mm_del(q);
	uacce_mm_unlock(binding);

	uacce_mm_put(binding);
	kfree(q);
	put_device(&uacce->dev);
	return 0;
}

static long uacce_queue_ioctl(struct uacce_queue *q, unsigned int cmd,
			      unsigned long arg)
{
	const struct uacce_ops *ops = q->uacce->ops;

	if (!uacce_queue_valid(q))
		return -ENXIO;

	switch (cmd) {
	case UACCE_CMD_START_Q:
		return uacce_queue_start(q);
	case UACCE_CMD_PUT_Q:
		uacce_queue_stop(q, UACCE_Q_INIT);
		return 0;
	default:
		return ops->ioctl ? ops->ioctl(q, cmd, arg) : -EINVAL;
	}
}

static long uacce_fops_ioctl(struct file *filep, unsigned int cmd,
			     unsigned long arg)
{
	struct uacce_queue *q = filep->private_data;
	long ret;

	/*
	 * Not the queue's mutex: the driver copies its argument, which may
	 * fault, and mmap() takes that one while page faults wait.
	 */
	mutex_lock(&q->uacce->mutex);
	ret = uacce_queue_ioctl(q, cmd, arg);
	mutex_unlock(&q->uacce->mutex);
	return ret;
}

#ifdef CONFIG_COMPAT
static long uacce_fops_compat_ioctl(struct file *filep, unsigned int cmd,
				    unsigned long arg)
{
	return uacce_fops_ioctl(filep, cmd, (unsigned long)compat_ptr(arg));
}
#endif

/* mprotect() or munmap() of a part makes two of one. */
static void uacce_vma_open(struct vm_area_struct *vma)
{
	struct uacce_qfile_region *qfr = vma->vm_private_data;

	mutex_lock(&qfr->queue->mutex);
	qfr->vmas++;
	mutex_unlock(&qfr->queue->mutex);
}

static void uacce_vma_close(struct vm_area_struct *vma)
{
	struct uacce_qfile_region *qfr = vma->vm_private_data;
	struct uacce_queue *q = qfr->queue;
	bool last;

	/* The vma holds the file, so the queue is there. */
	mutex_lock(&q->mutex);
	last = !--qfr->vmas;
	if (last)
		q->qfrs[qfr->type] = NULL;
	mutex_unlock(&q->mutex);

	if (last) {
		mmdrop(qfr->mm);
		kfree(qfr);
	}
}

/* The offset into the region would be lost, and the driver does not know. */
static int uacce_vma_mremap(struct vm_area_struct *vma)
{
	return -EPERM;
}

static const struct vm_operations_struct uacce_vm_ops = {
	.open = uacce_vma_open,
	.close = uacce_vma_close,
	.mremap = uacce_vma_mremap,
};

static void uacce_vma_prepare(struct vm_area_struct *vma,
			      struct uacce_qfile_region *qfr)
{
	uacce_vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_WIPEONFORK);
	vma->vm_ops = &uacce_vm_ops;
	vma->vm_private_data = qfr;
}

static int uacce_queue_mmap(struct uacce_queue *q, struct vm_area_struct *vma,
			    struct uacce_qfile_region *qfr)
{
	int ret;

	if (!uacce_queue_valid(q))
		return -ENXIO;
	if (q->qfrs[qfr->type])
		return -EEXIST;
	if (!q->uacce->ops->mmap)
		return -EINVAL;

	uacce_vma_prepare(vma, qfr);
	ret = q->uacce->ops->mmap(q, vma, qfr);
	if (!ret)
		q->qfrs[qfr->type] = qfr;
	return ret;
}

static int uacce_fops_mmap(struct file *filep, struct vm_area_struct *vma)
{
	struct uacce_queue *q = filep->private_data;
	struct uacce_qfile_region *qfr;
	int ret;

	if (vma->vm_pgoff >= UACCE_MAX_REGION)
		return -EINVAL;

	qfr = kzalloc(sizeof(*qfr), GFP_KERNEL);
	if (!qfr)
		return -ENOMEM;
	qfr->type = vma->vm_pgoff;
	qfr->queue = q;
	qfr->mm = vma->vm_mm;
	qfr->vmas = 1;

	mutex_lock(&q->mutex);
	ret = uacce_queue_mmap(q, vma, qfr);
	if (!ret)
		mmgrab(qfr->mm);
	mutex_unlock(&q->mutex);
	if (ret)
		kfree(qfr);
	return ret;
}

static __poll_t uacce_fops_poll(struct file *filep, poll_table *wait)
{
	struct uacce_queue *q = filep->private_data;
	__poll_t ret = 0;

	poll_wait(filep, &q->wait, wait);

	mutex_lock(&q->mutex);
	if (uacce_queue_valid(q) && q->uacce->ops->is_q_updated &&
	    q->uacce->ops->is_q_updated(q))
		ret = EPOLLIN | EPOLLRDNORM;
	mutex_unlock(&q->mutex);
	return ret;
}

const struct file_operations uacce_fops = {
	.owner = THIS_MODULE,
	.open = uacce_fops_open,
	.release = uacce_fops_release,
	.unlocked_ioctl = uacce_fops_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl = uacce_fops_compat_ioctl,
#endif
	.mmap = uacce_fops_mmap,
	.poll = uacce_fops_poll,
};
