/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Kunpeng accelerator in software, on top of uacce: what its files share.
 *
 * sim_main.c   parameters, devices and their parents, sysfs
 * sim_queue.c  what uacce calls: life of a queue, ioctl, mmap, poll
 * sim_ring.c   the thread of a queue: doorbells, SQ, CQ
 * sim_dma.c    the memory of a queue's owner, flat and by lists
 * sim_fault.c  faults on demand, debugfs
 * zip_*.c, sec_*.c  the engines
 *
 * Everything that a user can write, rings and doorbells included, is hostile:
 * it is copied once, and then checked.
 */
#ifndef UACCED_UACCE_SIM_H
#define UACCED_UACCE_SIM_H

#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/platform_device.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uacce.h>
#include <linux/workqueue.h>

#include "hw/hisi/abi/qm.h"
#include "hw/hisi/abi/sgl.h"

#define SIM_DEPTH		HISI_QM_MAX_DEPTH
#define SIM_SQE_DWORDS		(HISI_QM_SQE_BYTES / 4)
#define SIM_MMIO_BYTES		HISI_QM_V2_MMIO_BYTES
#define SIM_MAX_RULES		16
#define SIM_MAX_WRITERS		128
/* Lists in a chain. UADK has as many for a whole queue. */
#define SIM_MAX_SGLS		256
/* What is copied from or to the owner at a time. */
#define SIM_PIECE_BYTES		32768u
/* A queue that does not stop by then is left to itself. */
#define SIM_STOP_TIMEOUT_MS	2000

/* The 128 bytes of a slot. */
struct sim_sqe {
	__le32 dw[SIM_SQE_DWORDS];
};

enum sim_engine_kind {
	SIM_ZIP,
	SIM_SEC,
};

/* What kind of work a descriptor asks for, roughly. */
enum sim_op {
	SIM_OP_ANY,
	SIM_OP_COMPRESS,
	SIM_OP_DECOMPRESS,
	SIM_OP_ENCRYPT,
	SIM_OP_DECRYPT,
	SIM_OP_DIGEST,
	SIM_OP_NONE,	/* makes no sense, or asks for nothing */
};

enum sim_fault_kind {
	SIM_FAULT_STATUS,	/* answered with @code, not executed */
	SIM_FAULT_SLOW,		/* completion comes @us late */
	SIM_FAULT_STUCK,	/* its queue takes nothing more until stopped */
	SIM_FAULT_LOSE,		/* executed, and no completion comes */
	SIM_FAULT_KINDS,
};

struct sim_rule {
	enum sim_fault_kind kind;
	enum sim_op op;
	u64 skip;	/* so many that match pass */
	u64 count;	/* then so many fail; 0: until cleared */
	u32 code;
	u32 us;
	u64 seen;
	u64 hits;
};

/* What becomes of one operation. */
struct sim_verdict {
	unsigned int kinds;	/* a bit for each */
	u32 code;
	u32 us;
};

struct sim_counters {
	atomic64_t executed;
	atomic64_t completions;
	atomic64_t bad_doorbells;
	atomic64_t lost_doorbells;	/* found by their descriptors */
	atomic64_t faults;
	atomic64_t left_behind;		/* threads that did not stop in time */
};

struct sim_queue;

/**
 * struct sim_engine - what a kind of device does with a descriptor
 * @name: of its devices, as in /dev/<name>-<id>
 * @queue_init: what the engine needs for a queue
 * @queue_exit: undoes it; also after a failed @queue_init
 * @classify: what a descriptor asks for
 * @execute: does it, and writes the answer into @sqe
 * @fail: only writes the answer
 */
struct sim_engine {
	const char *name;
	int (*queue_init)(struct sim_queue *q);
	void (*queue_exit)(struct sim_queue *q);
	enum sim_op (*classify)(struct sim_queue *q, const struct sim_sqe *sqe);
	void (*execute)(struct sim_queue *q, struct sim_sqe *sqe);
	void (*fail)(struct sim_sqe *sqe, u32 code);
};

/**
 * struct sim_device - one device, from the load of the module to its unload
 * @lock: guards @uacce, and that things are done to it one at a time; outside
 *	of uacce's mutexes
 * @queue_lock: guards @sqns, @queues, @halted, @isolated and the stop words;
 *	innermost but for the rule lock
 * @sqns: numbers that are in use
 * @queues: all that are open
 * @halted: no queue opens or starts: in reset, or isolated
 * @rule_lock: guards @rules
 * @returns: under @lock: removed, and @back brings it back
 * @back: ends a reset or a removal
 */
struct sim_device {
	enum sim_engine_kind kind;
	const struct sim_engine *engine;
	unsigned int version;
	unsigned int queue_count;
	unsigned int slot;
	const char *api;
	const char *algorithms;
	struct platform_device *parent;
	struct dentry *debugfs;
	struct sim_counters counters;

	struct mutex lock;		/* see above */
	struct uacce_device *uacce;	/* NULL: removed */
	bool returns;

	struct mutex queue_lock;	/* see above */
	unsigned long *sqns;
	struct list_head queues;
	bool halted;
	bool isolated;
	u32 isolate_threshold;
	u32 errors;
	unsigned long errors_since;	/* jiffies */

	spinlock_t rule_lock;		/* see above */
	struct sim_rule rules[SIM_MAX_RULES];
	unsigned int rule_count;

	struct delayed_work back;
};

/**
 * struct sim_cursor - walks once over bytes of the owner's memory
 * @bytes: how many there are
 * @left: how many are still to come
 *
 * Flat memory, or what a chain of lists names. One cursor of a queue can have
 * at most one of its two list buffers.
 */
struct sim_cursor {
	u64 bytes;
	u64 left;
	/* Where the piece at hand is, and what is left of it. */
	u64 addr;
	u64 piece;
	/* Lists only. */
	struct hisi_sgl_entry *entries;
	unsigned int next;
	unsigned int count;
	u64 next_list;
	unsigned int lists;
	u64 skip;
};

/**
 * struct sim_writer - a thread of the owner, which may be writing a descriptor
 * @thread: to be compared, it may have ended
 * @ran: its time on processors, as accounted
 * @is_accounted: what it ran before the first look is all in @ran
 */
struct sim_writer {
	const struct task_struct *thread;
	u64 ran;
	bool is_accounted;
};

/**
 * struct sim_doorbells - what the thread of a queue knows of its doorbells
 * @tail: of the SQ: the next slot that is not known to be submitted
 * @rung: the latest tail that a doorbell said
 * @word: the last that was looked at
 * @none_lost: @word is of the SQ, so it hides nothing
 * @suspects: slots that look submitted
 * @hash: of what is in them
 * @since: when they and @word last changed
 */
struct sim_doorbells {
	u16 tail;
	u16 rung;
	u64 word;
	bool none_lost;
	u16 suspects;
	u32 hash;
	ktime_t since;
};

/**
 * struct sim_queue - a queue, from get_queue to put_queue or later
 * @wait_lock: guards @uq against its going away, and where poll() is
 * @uq: NULL: nobody is to be woken
 * @poll_head: where poll() is in the CQ
 * @poll_phase: of the entries there that are new to it
 * @poll_died: and it has to tell that the queue is dead
 * @stop: the thread is to end soon
 * @dead: stopped by its device; the thread does nothing more
 * @images: what the device left in each slot of the SQ
 * @mm: the owner's, while there is a thread
 */
struct sim_queue {
	struct sim_device *sd;
	struct list_head node;
	u16 sqn;
	u16 qc_type;
	u16 wanted_qc_type;

	spinlock_t wait_lock;		/* see above */
	struct uacce_queue *uq;
	u16 poll_head;
	u16 poll_phase;
	bool poll_died;

	u8 *mmio;
	u8 *dus;
	struct sim_sqe *images;

	struct task_struct *thread;
	struct completion ended;
	bool stop;
	bool dead;
	struct mm_struct *mm;

	/* The thread's. */
	struct sim_doorbells db;
	struct sim_writer writers[SIM_MAX_WRITERS];	/* seen since db.since */
	unsigned int writer_count;
	u16 head;
	u16 cq_tail;
	u16 phase;
	u8 *in;
	u8 *out;
	struct hisi_sgl_entry *entries[2];
	void *engine;
};

/* sim_main.c */
extern unsigned int sim_spin_us;
extern unsigned int sim_idle_us;
extern unsigned int sim_quiet_us;
extern const struct sim_engine sim_zip_engine;
extern const struct sim_engine sim_sec_engine;
int sim_device_register(struct sim_device *sd);
void sim_device_unregister(struct sim_device *sd);

/* sim_queue.c */
extern const struct uacce_ops sim_uacce_ops;
size_t sim_dus_bytes(void);
void sim_queue_reap(bool wait);
void sim_device_halt(struct sim_device *sd);

/* sim_ring.c */
int sim_ring_thread(void *data);
void sim_ring_reset(struct sim_queue *q);
static inline bool sim_stopping(const struct sim_queue *q)
{
	return READ_ONCE(q->stop) || READ_ONCE(q->dead);
}

/*
 * sim_dma.c. All answer 0; -EFAULT: no memory there; -ESRCH: the owner's
 * memory is gone; -ECANCELED: the queue is being stopped; cursors also -EINVAL:
 * a list is none, -ENODATA: there is less than was asked for.
 */
int sim_dma_read(struct sim_queue *q, u64 addr, void *to, size_t bytes);
int sim_dma_write(struct sim_queue *q, u64 addr, const void *from,
		  size_t bytes);
void sim_cursor_flat(struct sim_cursor *c, u64 addr, u64 bytes);
int sim_cursor_sgl(struct sim_queue *q, struct sim_cursor *c,
		   unsigned int buffer, u64 addr, u64 skip, u64 max_bytes);
int sim_cursor_read(struct sim_queue *q, struct sim_cursor *c, void *to,
		    size_t bytes);
int sim_cursor_write(struct sim_queue *q, struct sim_cursor *c,
		     const void *from, size_t bytes);

/* sim_fault.c */
struct sim_verdict sim_fault_decide(struct sim_queue *q,
				    const struct sim_sqe *sqe);
void sim_fault_add_files(struct sim_device *sd, struct dentry *root);
void sim_fault_back(struct work_struct *work);

/* sec_crypto.c. First: asks the running kernel what it has. */
void sim_sec_probe(void);
const char *sim_sec_algorithms(void);

#endif /* UACCED_UACCE_SIM_H */
