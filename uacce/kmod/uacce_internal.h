/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of uacce.ko share. README.md has the life of a queue and the
 * order of the locks.
 */
#ifndef _UACCE_INTERNAL_H
#define _UACCE_INTERNAL_H

#ifdef pr_fmt
#undef pr_fmt
#endif
#define pr_fmt(fmt) "uacce: " fmt

#include <linux/uacce.h>

/* uacce_main.c */

/* The device behind an inode, with a reference to it; NULL if it is gone. */
struct uacce_device *uacce_device_get(struct inode *inode);

/* uacce_queue.c */

extern const struct file_operations uacce_fops;

/*
 * Ends a queue: nothing gets to the driver through it any more, and it does
 * not run. The driver still has it. uacce->mutex is held.
 */
void uacce_queue_end(struct uacce_queue *q);

/* Takes an ended queue from its users, and gives it back to the driver. */
void uacce_queue_withdraw(struct uacce_queue *q);

/* uacce_mm.c */

/* Finds out what SVA the device can have. Sets its flags. */
void uacce_sva_enable(struct uacce_device *uacce, unsigned int wanted);
void uacce_sva_disable(struct uacce_device *uacce, struct device *parent);

/*
 * The binding of current->mm: one object, however many devices and queues.
 * Every get needs a put. NULL without SVA.
 */
struct uacce_mm *uacce_mm_get(struct uacce_device *uacce);
void uacce_mm_put(struct uacce_mm *binding);

/* Its lock, outside of all others of uacce. NULL is allowed. */
void uacce_mm_lock(struct uacce_mm *binding);
void uacce_mm_unlock(struct uacce_mm *binding);

/*
 * Lets the device at the memory of current->mm on behalf of a queue. The
 * binding's lock and uacce->mutex are held.
 */
int uacce_sva_bind(struct uacce_queue *q, struct uacce_mm *binding);

/* The opposite, on the IOMMU's side alone: q stays in its binding. */
void uacce_sva_unbind(struct uacce_queue *q);

/* The binding's list of queues. Its lock is held. */
void uacce_mm_add(struct uacce_mm *binding, struct uacce_queue *q);
void uacce_mm_del(struct uacce_queue *q);

/* Waits until no binding is left that was put. */
void uacce_mm_synchronize(void);

/* uacce_sysfs.c */

extern const struct attribute_group *uacce_groups[];

#endif /* _UACCE_INTERNAL_H */
