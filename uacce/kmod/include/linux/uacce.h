/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a driver of an accelerator needs to give its queues to user space.
 *
 * Names and types are those of mainline, so that a driver written for it
 * compiles against this header. Ours alone are UACCE_DEV_SVA_SW,
 * uacce_queue_mm() and the fields below a line that says so.
 */
#ifndef _LINUX_UACCE_H
#define _LINUX_UACCE_H

#include <linux/bits.h>
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/wait.h>
#include <uapi/misc/uacce/uacce.h>

#define UACCE_NAME		"uacce"
#define UACCE_MAX_REGION	2
#define UACCE_MAX_NAME_SIZE	64
#define UACCE_MAX_ERR_THRESHOLD	65535

/*
 * In the flags given to uacce_alloc(): the driver reaches the memory of a
 * queue's owner by itself, with the CPU (kthread_use_mm() on
 * uacce_queue_mm()). User space sees UACCE_DEV_SVA and no more. Together with
 * UACCE_DEV_SVA: only if the IOMMU cannot do it.
 */
#define UACCE_DEV_SVA_SW	BIT(30)

struct iommu_sva;
struct uacce_device;
struct uacce_mm;
struct uacce_qfile_region;
struct uacce_queue;

/**
 * enum uacce_dev_state - what the file "isolate" in sysfs says
 * @UACCE_DEV_NORMAL: the device may be used
 * @UACCE_DEV_ISOLATE: it had too many errors and is not to be used
 */
enum uacce_dev_state {
	UACCE_DEV_NORMAL,
	UACCE_DEV_ISOLATE,
};

/**
 * enum uacce_q_state - state of a queue
 * @UACCE_Q_ZOMBIE: its device or its owner's memory is gone, or it has not
 *	got this far; the driver is not called for it
 * @UACCE_Q_INIT: the driver gave it, and it does not run
 * @UACCE_Q_STARTED: it runs
 */
enum uacce_q_state {
	UACCE_Q_ZOMBIE = 0,
	UACCE_Q_INIT,
	UACCE_Q_STARTED,
};

/**
 * struct uacce_ops - what a driver does for its queues
 * @get_available_instances: how many queues can be opened now
 * @get_queue: gives a queue to @q, which is being opened. q->pasid is what
 *	the device puts on the bus in front of the owner's addresses; 0 without
 *	SVA or with software SVA
 * @put_queue: takes the queue back; pairs with @get_queue. The queue does not
 *	run and is mapped nowhere. The driver must not use @q afterwards, nor
 *	wake it
 * @start_queue: the queue starts; may fail and then leaves it stopped
 * @stop_queue: the queue stops. When it returns, the device reaches none of
 *	the owner's memory any more. Called from ioctl(), from the last close,
 *	from uacce_remove(), and when the owner's address space ends, which can
 *	be in any thread and without an mm of its own
 * @is_q_updated: whether poll() is to report the queue as readable. Must not
 *	sleep for long
 * @mmap: maps a region to a user. The region's file offset and the flags
 *	DONTCOPY, DONTEXPAND and WIPEONFORK are dealt with, the length is not
 * @ioctl: any command that is not one of uacce's own
 * @get_isolate_state: see enum uacce_dev_state
 * @isolate_err_threshold_write: errors in an hour before it is isolated
 * @isolate_err_threshold_read: the same
 *
 * Every one is optional.
 *
 * @get_queue, @put_queue, @start_queue, @stop_queue and @ioctl of one device
 * never run at the same time: uacce->mutex is held. @mmap and @is_q_updated have
 * q->mutex instead, so they may run while another op does, for @put_queue
 * excepted; and @mmap has the mmap_lock of current->mm. So only @get_queue,
 * @start_queue, @stop_queue and @ioctl may touch user memory, or wait for a
 * thread that does. None may call back into uacce.
 */
struct uacce_ops {
	int (*get_available_instances)(struct uacce_device *uacce);
	int (*get_queue)(struct uacce_device *uacce, unsigned long arg,
			 struct uacce_queue *q);
	void (*put_queue)(struct uacce_queue *q);
	int (*start_queue)(struct uacce_queue *q);
	void (*stop_queue)(struct uacce_queue *q);
	int (*is_q_updated)(struct uacce_queue *q);
	int (*mmap)(struct uacce_queue *q, struct vm_area_struct *vma,
		    struct uacce_qfile_region *qfr);
	long (*ioctl)(struct uacce_queue *q, unsigned int cmd,
		      unsigned long arg);
	enum uacce_dev_state (*get_isolate_state)(struct uacce_device *uacce);
	int (*isolate_err_threshold_write)(struct uacce_device *uacce, u32 num);
	u32 (*isolate_err_threshold_read)(struct uacce_device *uacce);
};

/**
 * struct uacce_interface - what uacce_alloc() wants to know
 * @name: of the device: /dev/<name>-<id>
 * @flags: UACCE_DEV_SVA, UACCE_DEV_SVA_SW
 * @ops: see there
 */
struct uacce_interface {
	char name[UACCE_MAX_NAME_SIZE];
	unsigned int flags;
	const struct uacce_ops *ops;
};

/**
 * struct uacce_qfile_region - a region of a queue, while it is mapped
 * @type: which
 * @queue: whose
 * @mm: where it is mapped
 * @vmas: in how many pieces: mprotect() and munmap() split them
 */
struct uacce_qfile_region {
	enum uacce_qfrt type;
	/* Ours. */
	struct uacce_queue *queue;
	struct mm_struct *mm;
	unsigned int vmas;
};

/**
 * struct uacce_queue - an open queue file
 * @uacce: its device
 * @priv: the driver's
 * @wait: the driver wakes it (wake_up_interruptible()) when @is_q_updated may
 *	have become true
 * @list: in uacce->queues
 * @qfrs: regions that are mapped
 * @mutex: @state and @qfrs change with it held
 * @state: see enum uacce_q_state; changes with uacce->mutex held as well
 * @pasid: see get_queue
 * @handle: the IOMMU's, of real SVA
 * @mapping: through which all mappings of the queue are found
 * @binding: the owner's address space, with real and with software SVA
 * @binding_node: in binding->queues
 * @sva_mm: what uacce_queue_mm() says
 * @granted: get_queue gave it, and put_queue has not taken it back
 */
struct uacce_queue {
	struct uacce_device *uacce;
	void *priv;
	wait_queue_head_t wait;
	struct list_head list;
	struct uacce_qfile_region *qfrs[UACCE_MAX_REGION];
	struct mutex mutex; /* innermost: see README.md */
	enum uacce_q_state state;
	u32 pasid;
	struct iommu_sva *handle;
	struct address_space *mapping;
	/* Ours. */
	struct uacce_mm *binding;
	struct list_head binding_node;
	struct mm_struct *sva_mm;
	bool granted;
};

/**
 * struct uacce_device - an accelerator
 * @algs: names of what it can do, with newlines between them
 * @api_ver: name of the interface behind mmap() and ioctl()
 * @ops: NULL once it is removed
 * @qf_pg_num: pages of each region
 * @parent: what it is a part of; NULL once it is removed
 * @is_vf: whether it is a virtual function
 * @flags: UACCE_DEV_SVA or 0: what was asked for and can be had
 * @dev_id: number in its name, and minor
 * @cdev: NULL unless it is registered
 * @dev: its class device
 * @mutex: guards @queues, @ops, @parent; serialises the driver's ops
 * @priv: the driver's
 * @queues: all that are open
 * @sva_hw: a queue's address space is bound to @parent by the IOMMU
 * @sva_sw: the driver can do without that
 *
 * The driver fills @algs, @api_ver, @qf_pg_num, @is_vf and @priv between
 * uacce_alloc() and uacce_register(). The strings must live until
 * uacce_remove() returns.
 */
struct uacce_device {
	const char *algs;
	const char *api_ver;
	const struct uacce_ops *ops;
	unsigned long qf_pg_num[UACCE_MAX_REGION];
	struct device *parent;
	bool is_vf;
	u32 flags;
	u32 dev_id;
	struct cdev *cdev;
	struct device dev;
	struct mutex mutex; /* outside of a queue's: see README.md */
	void *priv;
	struct list_head queues;
	/* Ours. */
	bool sva_hw;
	bool sva_sw;
};

/**
 * uacce_queue_mm() - memory of the owner of a queue with software SVA
 * @q: the queue
 *
 * The struct is there from get_queue until put_queue returns. What is in it
 * may go away at any time before stop_queue: use mmget_not_zero(), for short,
 * and give it back with mmput_async(). A reference that is held while one
 * waits keeps an address space, its mappings, and so this queue's file, open.
 *
 * Return: NULL if the IOMMU does it, or the device has no SVA.
 */
static inline struct mm_struct *uacce_queue_mm(const struct uacce_queue *q)
{
	return q->sva_mm;
}

struct uacce_device *uacce_alloc(struct device *parent,
				 struct uacce_interface *interface);
int uacce_register(struct uacce_device *uacce);
void uacce_remove(struct uacce_device *uacce);

#endif /* _LINUX_UACCE_H */
