// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions: a queue's doorbells and shared memory in a user's address space.
 */
#include "uacce_internal.h"
#include "uacce_compat.h"

#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rwsem.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

/*
 * The inode's mapping has the regions of all queues. One of its own has those
 * of this queue alone, which can be unmapped with their mmap_lock held.
 */
void uacce_regions_init(struct uacce_queue *q, struct file *filep)
{
	address_space_init_once(&q->regions);
	q->regions.host = file_inode(filep);
	q->regions.a_ops = &empty_aops;
	mapping_set_gfp_mask(&q->regions, GFP_USER);
	q->mapping = &q->regions;
	filep->f_mapping = q->mapping;
}

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

static int uacce_region_mmap(struct uacce_queue *q, struct vm_area_struct *vma,
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

int uacce_fops_mmap(struct file *filep, struct vm_area_struct *vma)
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
	ret = uacce_region_mmap(q, vma, qfr);
	if (!ret)
		mmgrab(qfr->mm);
	mutex_unlock(&q->mutex);
	if (ret)
		kfree(qfr);
	return ret;
}

/*
 * The address space that has a region mapped, with a reference to it. A region
 * is there until its last mapping is gone, and nobody can reach the pages.
 */
static struct mm_struct *uacce_region_mapped_in(struct uacce_queue *q,
						enum uacce_qfrt type)
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
 * Two regions may be in two address spaces, after fork(). The second may be NULL,
 * or both.
 *
 * Not every kernel has mmap_write_trylock(). No vma is changed here, so the
 * lock alone will do.
 */
static void uacce_mmap_lock_both(struct mm_struct *first,
				 struct mm_struct *second)
{
	for (;;) {
		if (first)
			mmap_write_lock(first);
		if (!second || second == first ||
		    down_write_trylock(&second->mmap_lock))
			return;
		/* Nobody says which of them comes first, so: one at a time. */
		if (first)
			mmap_write_unlock(first);
		mmap_write_lock(second);
		mmap_write_unlock(second);
	}
}

static void uacce_mmap_unlock_both(struct mm_struct *first,
				   struct mm_struct *second)
{
	if (second && second != first)
		up_write(&second->mmap_lock);
	if (first)
		mmap_write_unlock(first);
}

/*
 * From now on a touch is SIGBUS: uacce_vm_ops has no fault().
 *
 * With the mmap_lock, because a mapping that mmap() is just making cannot be
 * found through the file yet, and one that munmap() is just taking away cannot
 * be found any more, but may still be in some processor's TLB. Nor does the
 * kernel like two to unmap the same device memory (x86, PAT).
 */
void uacce_regions_unmap(struct uacce_queue *q)
{
	struct mm_struct *first = uacce_region_mapped_in(q, UACCE_QFRT_MMIO);
	struct mm_struct *second = uacce_region_mapped_in(q, UACCE_QFRT_DUS);

	if (!first)
		swap(first, second);
	uacce_mmap_lock_both(first, second);
	unmap_mapping_range(q->mapping, 0, 0, 1);
	uacce_mmap_unlock_both(first, second);
	if (first)
		mmdrop(first);
	if (second)
		mmdrop(second);
}
