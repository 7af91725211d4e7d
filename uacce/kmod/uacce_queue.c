// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues: what open(), ioctl(), poll() and close() of a queue file do.
 *
 * A device may go, and the memory of a queue's owner, while the file is open.
 * So whoever is about to call the driver looks at the state first, with a lock
 * held that keeps it as it is.
 */
#include "uacce_internal.h"

#include <linux/compat.h>
#include <linux/slab.h>

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

void uacce_queue_withdraw(struct uacce_queue *q)
{
	uacce_regions_unmap(q);
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
	init_waitqueue_head(&q->wait);
	mutex_init(&q->mutex);

	binding = uacce_mm_get(uacce);
	if (IS_ERR(binding)) {
		ret = PTR_ERR(binding);
		goto err_queue;
	}

	uacce_mm_lock(binding);
	mutex_lock(&uacce->mutex);
	ret = uacce_queue_open(q, binding);
	if (!ret) {
		filep->private_data = q;
		uacce_regions_init(q, filep);
	}
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
