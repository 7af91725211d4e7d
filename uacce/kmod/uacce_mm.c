// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bindings: which queues, of whatever devices, work on one address space. When
 * it ends, all of them stop before its pages go.
 */
#include "uacce_internal.h"
#include "uacce_compat.h"

#include <linux/mmu_notifier.h>
#include <linux/sched.h>
#include <linux/slab.h>

#if !IS_ENABLED(CONFIG_MMU_NOTIFIER)
#error "uacce needs CONFIG_MMU_NOTIFIER: no queue would stop when its memory goes"
#endif

/**
 * struct uacce_mm - the queues of one address space
 * @mn: tells of its end, holds it as an object, and counts the queues
 * @lock: guards @queues
 * @queues: of all devices
 */
struct uacce_mm {
	struct mmu_notifier mn;
	struct mutex lock; /* outside of a device's: see README.md */
	struct list_head queues;
};

static struct mmu_notifier *uacce_mm_alloc(struct mm_struct *mm)
{
	struct uacce_mm *binding = kzalloc(sizeof(*binding), GFP_KERNEL);

	if (!binding)
		return ERR_PTR(-ENOMEM);
	mutex_init(&binding->lock);
	INIT_LIST_HEAD(&binding->queues);
	return &binding->mn;
}

static void uacce_mm_free(struct mmu_notifier *mn)
{
	kfree(container_of(mn, struct uacce_mm, mn));
}

/*
 * The last user of the address space is gone; its pages are all there. The
 * files may stay open, at a child for example, but a queue without memory is
 * no use to anybody.
 */
static void uacce_mm_release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct uacce_mm *binding = container_of(mn, struct uacce_mm, mn);
	struct uacce_queue *q;

	mutex_lock(&binding->lock);
	list_for_each_entry(q, &binding->queues, binding_node) {
		mutex_lock(&q->uacce->mutex);
		uacce_queue_end(q);
		mutex_unlock(&q->uacce->mutex);
	}
	mutex_unlock(&binding->lock);
}

static const struct mmu_notifier_ops uacce_mm_ops = {
	.alloc_notifier = uacce_mm_alloc,
	.free_notifier = uacce_mm_free,
	.release = uacce_mm_release,
};

struct uacce_mm *uacce_mm_get(struct uacce_device *uacce)
{
	struct mmu_notifier *mn;

	if (!(uacce->flags & UACCE_DEV_SVA))
		return NULL;
	/* A kernel thread has no memory to share. */
	if (!current->mm)
		return ERR_PTR(-EINVAL);
	mn = mmu_notifier_get(&uacce_mm_ops, current->mm);
	if (IS_ERR(mn))
		return ERR_CAST(mn);
	return container_of(mn, struct uacce_mm, mn);
}

void uacce_mm_put(struct uacce_mm *binding)
{
	if (binding)
		mmu_notifier_put(&binding->mn);
}

void uacce_mm_lock(struct uacce_mm *binding)
{
	if (binding)
		mutex_lock(&binding->lock);
}

void uacce_mm_unlock(struct uacce_mm *binding)
{
	if (binding)
		mutex_unlock(&binding->lock);
}

void uacce_mm_add(struct uacce_mm *binding, struct uacce_queue *q)
{
	if (!binding)
		return;
	q->binding = binding;
	list_add(&q->binding_node, &binding->queues);
}

void uacce_mm_del(struct uacce_queue *q)
{
	if (!q->binding)
		return;
	list_del(&q->binding_node);
	q->binding = NULL;
}

void uacce_mm_synchronize(void)
{
	mmu_notifier_synchronize();
}

void uacce_sva_enable(struct uacce_device *uacce, unsigned int wanted)
{
	uacce->sva_sw = wanted & UACCE_DEV_SVA_SW;
	uacce->sva_hw = (wanted & UACCE_DEV_SVA) &&
			!uacce_iommu_enable(uacce->parent);
	uacce->flags = wanted & ~(UACCE_DEV_SVA | UACCE_DEV_SVA_SW);
	if (uacce->sva_hw || uacce->sva_sw)
		uacce->flags |= UACCE_DEV_SVA;
}

void uacce_sva_disable(struct uacce_device *uacce, struct device *parent)
{
	if (uacce->sva_hw)
		uacce_iommu_disable(parent);
}

static int uacce_sva_bind_iommu(struct uacce_queue *q)
{
	struct iommu_sva *handle = uacce_iommu_bind(q->uacce->parent,
						    current->mm);
	u32 pasid;

	/* NULL: some kernels without SVA say it like this. */
	if (!handle)
		return -ENODEV;
	if (IS_ERR(handle))
		return PTR_ERR(handle);

	pasid = iommu_sva_get_pasid(handle);
	if (pasid == IOMMU_PASID_INVALID) {
		iommu_sva_unbind_device(handle);
		return -ENODEV;
	}
	q->handle = handle;
	q->pasid = pasid;
	return 0;
}

int uacce_sva_bind(struct uacce_queue *q, struct uacce_mm *binding)
{
	int ret = -ENODEV;

	if (!binding)
		return 0;
	if (q->uacce->sva_hw)
		ret = uacce_sva_bind_iommu(q);
	/* The IOMMU cannot do it at all: this is what the software is for. */
	if (q->uacce->sva_sw && (ret == -ENODEV || ret == -EOPNOTSUPP)) {
		q->sva_mm = binding->mn.mm;
		ret = 0;
	}
	return ret;
}

void uacce_sva_unbind(struct uacce_queue *q)
{
	if (q->handle)
		iommu_sva_unbind_device(q->handle);
	q->handle = NULL;
	q->sva_mm = NULL;
}
