// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread of a queue. README.md, "Doorbells", says why it looks at the
 * doorbell word as it does.
 */
#include <linux/crc32.h>
#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>

#include "sim.h"

#define SIM_MASK	(SIM_DEPTH - 1)
#define SIM_MIN_SLEEP_US	10
#define SIM_SUSPECT_SLEEP_MIN_US	100
#define SIM_SUSPECT_SLEEP_MAX_US	2500
/* A thread that ran for so long is not at the same descriptor any more. */
#define SIM_WENT_ON_NS		(4 * NSEC_PER_MSEC)
/* So many times quiet_us for threads that do not go on. */
#define SIM_PATIENCE		100

static struct sim_sqe *sim_slot(struct sim_queue *q, u16 index)
{
	return (struct sim_sqe *)(q->dus + HISI_QM_SQ_OFFSET) + index;
}

static __le64 *sim_doorbell(struct sim_queue *q)
{
	return (__le64 *)(q->mmio + HISI_QM_V2_DOORBELL_OFFSET);
}

static u16 sim_distance(u16 from, u16 to)
{
	return (to - from) & SIM_MASK;
}

/* The owner may write at the same time. */
static void sim_slot_read(struct sim_sqe *to, const struct sim_sqe *from)
{
	const u64 *source = (const u64 *)from;
	u64 *target = (u64 *)to;
	unsigned int i;

	for (i = 0; i < sizeof(*to) / sizeof(u64); i++)
		target[i] = READ_ONCE(source[i]);
}

static void sim_slot_write(struct sim_sqe *to, const struct sim_sqe *from)
{
	const u64 *source = (const u64 *)from;
	u64 *target = (u64 *)to;
	unsigned int i;

	for (i = 0; i < sizeof(*to) / sizeof(u64); i++)
		WRITE_ONCE(target[i], source[i]);
}

/* Before a thread is started. */
void sim_ring_reset(struct sim_queue *q)
{
	memset(&q->db, 0, sizeof(q->db));
	q->db.none_lost = true;
	/* What was rung before the start counts for nothing. */
	WRITE_ONCE(*sim_doorbell(q), cpu_to_le64(0));
	q->head = 0;
	q->cq_tail = 0;
	q->phase = HISI_QM_CQE_FIRST_PHASE;
	/* Nothing was submitted yet, whatever an earlier run left. */
	memcpy(q->images, sim_slot(q, 0), SIM_DEPTH * sizeof(*q->images));
	/* The phases of an earlier run would be taken for completions. */
	memset(q->dus + hisi_qm_cq_offset(SIM_DEPTH), 0,
	       SIM_DEPTH * sizeof(struct hisi_qm_cqe));
}

static void sim_take_tail(struct sim_queue *q, u16 index)
{
	struct sim_doorbells *db = &q->db;
	u16 ahead = sim_distance(db->rung, index);
	u16 known = sim_distance(db->rung, db->tail);

	/* A late one, for what was found without it, tells nothing new. */
	if (ahead > known)
		db->tail = index;
	db->rung = index;
}

/* Looks at the doorbell word, and takes what it says. */
static void sim_look(struct sim_queue *q)
{
	struct sim_doorbells *db = &q->db;
	u64 word = le64_to_cpu(READ_ONCE(*sim_doorbell(q)));
	unsigned int cmd, index, sqn;

	if (word == db->word)
		return;
	/* Pairs with the barrier before the store: what was rung for is there. */
	smp_rmb();
	db->word = word;
	db->suspects = 0;
	db->none_lost = true;
	cmd = (word >> HISI_QM_V2_DOORBELL_CMD_SHIFT) &
	      HISI_QM_V2_DOORBELL_CMD_MASK;
	index = (word >> HISI_QM_DOORBELL_INDEX_SHIFT) &
		HISI_QM_DOORBELL_INDEX_MASK;
	sqn = word & HISI_QM_V2_DOORBELL_SQN_MASK;
	if (sqn != q->sqn || index >= SIM_DEPTH || cmd > HISI_QM_DOORBELL_CQ) {
		atomic64_inc(&q->sd->counters.bad_doorbells);
		/* It may hide a good one as well. */
		db->none_lost = false;
	} else if (cmd == HISI_QM_DOORBELL_SQ) {
		sim_take_tail(q, index);
	} else {
		db->none_lost = false;
	}
}

/* Whether something other than what the device left is in a slot. */
static bool sim_slot_differs(struct sim_queue *q, u16 index,
			     struct sim_sqe *sqe)
{
	sim_slot_read(sqe, sim_slot(q, index));
	return memcmp(sqe, &q->images[index], sizeof(*sqe)) != 0;
}

/*
 * Notes how far a thread of the owner is. True: it cannot be in the middle of
 * what was in the slots when the notes were begun.
 *
 * Its time on a processor is accounted when it is taken away from there, and
 * now and then in between. So the first change can be of what it ran before it
 * was noted. What comes on top of that it has run since, and more of it than
 * writing a descriptor takes, with a system call or a fault in between.
 */
static bool sim_writer_went_on(struct sim_queue *q, struct task_struct *thread)
{
	u64 ran = READ_ONCE(thread->se.sum_exec_runtime);
	struct sim_writer *writer;
	unsigned int i;

	for (i = 0; i < q->writer_count; i++) {
		writer = &q->writers[i];
		if (writer->thread != thread)
			continue;
		if (writer->is_accounted)
			return ran - writer->ran >= SIM_WENT_ON_NS;
		writer->is_accounted = writer->ran != ran;
		writer->ran = ran;
		return false;
	}
	/* Too many to tell. */
	if (q->writer_count == SIM_MAX_WRITERS)
		return false;
	q->writers[q->writer_count++] = (struct sim_writer){
		.thread = thread,
		.ran = ran,
	};
	return false;
}

enum sim_owner {
	SIM_OWNER_WRITES,	/* perhaps */
	SIM_OWNER_WENT_ON,
	SIM_OWNER_WAITS,	/* in system calls, all of it */
};

static enum sim_owner sim_owner(struct sim_queue *q)
{
	enum sim_owner owner = SIM_OWNER_WAITS;
	struct task_struct *process, *thread;

	rcu_read_lock();
	for_each_process_thread(process, thread) {
		if (thread->flags & PF_KTHREAD ||
		    READ_ONCE(thread->mm) != q->mm ||
		    READ_ONCE(thread->__state) & TASK_INTERRUPTIBLE)
			continue;
		/* All of them are noted, whatever the first one does. */
		if (!sim_writer_went_on(q, thread))
			owner = SIM_OWNER_WRITES;
		else if (owner == SIM_OWNER_WAITS)
			owner = SIM_OWNER_WENT_ON;
	}
	rcu_read_unlock();
	return owner;
}

/* That slots which look submitted are, and not being written. */
static bool sim_is_submitted(struct sim_queue *q, u16 count, u32 hash)
{
	struct sim_doorbells *db = &q->db;
	ktime_t now = ktime_get();
	enum sim_owner owner;
	s64 quiet_us;

	if (count != db->suspects || hash != db->hash) {
		db->suspects = count;
		db->hash = hash;
		db->since = now;
		q->writer_count = 0;
	}
	owner = sim_owner(q);
	if (owner == SIM_OWNER_WAITS)
		return true;
	quiet_us = READ_ONCE(sim_quiet_us);
	/* Somebody may be stopped, and others wait for the device. */
	if (owner == SIM_OWNER_WRITES)
		quiet_us *= SIM_PATIENCE;
	return ktime_us_delta(now, db->since) >= quiet_us;
}

/*
 * There is nothing to do, and the last doorbell is not of the SQ: searches for
 * one that it may have hidden. True: it did.
 */
static bool sim_find_lost(struct sim_queue *q)
{
	struct sim_doorbells *db = &q->db;
	struct sim_sqe sqe;
	u16 count = 0;
	u32 hash = ~0;

	while (count < SIM_DEPTH - 1 &&
	       sim_slot_differs(q, (q->head + count) & SIM_MASK, &sqe)) {
		hash = crc32_le(hash, (const u8 *)&sqe, sizeof(sqe));
		count++;
	}
	if (!count) {
		/*
		 * Whoever rang before the store that we saw had written the
		 * descriptor before that. So nobody had. But the next one may
		 * be hidden by a store of the same value: this goes on.
		 */
		db->rung = db->tail;
		db->suspects = 0;
		return false;
	}
	if (!sim_is_submitted(q, count, hash))
		return false;
	db->tail = (db->tail + count) & SIM_MASK;
	db->suspects = 0;
	atomic64_inc(&q->sd->counters.lost_doorbells);
	return true;
}

static void sim_wake(struct sim_queue *q)
{
	spin_lock(&q->wait_lock);
	if (q->uq)
		wake_up_interruptible(&q->uq->wait);
	spin_unlock(&q->wait_lock);
}

static void sim_post(struct sim_queue *q, u16 index)
{
	struct hisi_qm_cqe *cqe = (struct hisi_qm_cqe *)
		(q->dus + hisi_qm_cq_offset(SIM_DEPTH)) + q->cq_tail;

	WRITE_ONCE(cqe->sq_head, cpu_to_le16(index));
	WRITE_ONCE(cqe->sq_num, cpu_to_le16(q->sqn));
	/* The answer and the entry are there before its phase is. */
	smp_store_release(&cqe->w7, cpu_to_le16(q->phase));
	if (++q->cq_tail == SIM_DEPTH) {
		q->cq_tail = 0;
		q->phase ^= HISI_QM_CQE_PHASE_MASK;
	}
	atomic64_inc(&q->sd->counters.completions);
	sim_wake(q);
}

/* Sleeps; sim_queue_stop() ends it early. */
static void sim_sleep(struct sim_queue *q, unsigned int us)
{
	ktime_t expires = ns_to_ktime((u64)us * NSEC_PER_USEC);

	set_current_state(TASK_IDLE);
	if (!sim_stopping(q))
		schedule_hrtimeout_range(&expires, us * NSEC_PER_USEC / 4,
					 HRTIMER_MODE_REL);
	__set_current_state(TASK_RUNNING);
}

static void sim_sleep_for(struct sim_queue *q, u32 us)
{
	ktime_t end = ktime_add_us(ktime_get(), us);

	while (!sim_stopping(q) && ktime_before(ktime_get(), end))
		sim_sleep(q, clamp_t(s64, ktime_us_delta(end, ktime_get()),
				     SIM_MIN_SLEEP_US, 10000));
}

static void sim_run_one(struct sim_queue *q)
{
	struct sim_device *sd = q->sd;
	struct sim_verdict verdict;
	u16 index = q->head;
	struct sim_sqe sqe;

	sim_slot_read(&sqe, sim_slot(q, index));
	verdict = sim_fault_decide(q, &sqe);
	if (verdict.kinds & BIT(SIM_FAULT_STUCK)) {
		while (!sim_stopping(q))
			sim_sleep(q, 100000);
		return;
	}
	if (verdict.kinds & BIT(SIM_FAULT_STATUS))
		sd->engine->fail(&sqe, verdict.code);
	else
		sd->engine->execute(q, &sqe);
	atomic64_inc(&sd->counters.executed);
	if (verdict.kinds & BIT(SIM_FAULT_SLOW))
		sim_sleep_for(q, verdict.us);
	/* Its owner knows of no end, and gets no answer, either. */
	if (sim_stopping(q))
		return;
	/*
	 * No doorbell of the CQ can be for what is not posted yet: this look
	 * sees one of the SQ that would be hidden by it.
	 */
	sim_look(q);
	q->images[index] = sqe;
	sim_slot_write(sim_slot(q, index), &sqe);
	q->head = (index + 1) & SIM_MASK;
	if (!(verdict.kinds & BIT(SIM_FAULT_LOSE)))
		sim_post(q, index);
}

/*
 * How long to sleep after so long without work: an eighth of it, so that a
 * pause becomes longer by an eighth at most, within limits.
 */
static unsigned int sim_sleep_us(s64 idle_us)
{
	return clamp_t(s64, idle_us / 8, SIM_MIN_SLEEP_US,
		       max_t(s64, READ_ONCE(sim_idle_us), SIM_MIN_SLEEP_US));
}

/*
 * Short at first, for the doorbell that nearly always follows. Then longer: a
 * slow kernel may need 100 us to give its processor to the writer, which would
 * lose it again each time before it wrote a word, and yet have run.
 */
static unsigned int sim_suspect_sleep_us(struct sim_queue *q)
{
	s64 age_us = ktime_us_delta(ktime_get(), q->db.since);

	return clamp_t(s64, age_us / 2, SIM_SUSPECT_SLEEP_MIN_US,
		       SIM_SUSPECT_SLEEP_MAX_US);
}

static void sim_idle(struct sim_queue *q, ktime_t since)
{
	s64 idle_us = ktime_us_delta(ktime_get(), since);

	if (idle_us < READ_ONCE(sim_spin_us)) {
		cpu_relax();
		cond_resched();
	} else if (q->db.suspects) {
		sim_sleep(q, sim_suspect_sleep_us(q));
	} else {
		sim_sleep(q, sim_sleep_us(idle_us));
	}
}

int sim_ring_thread(void *data)
{
	struct sim_queue *q = data;
	ktime_t since = ktime_get();

	while (!READ_ONCE(q->stop)) {
		if (READ_ONCE(q->dead)) {
			set_current_state(TASK_IDLE);
			if (!READ_ONCE(q->stop))
				schedule();
			__set_current_state(TASK_RUNNING);
			continue;
		}
		sim_look(q);
		if (q->head != q->db.tail) {
			sim_run_one(q);
			since = ktime_get();
			cond_resched();
		} else if (q->db.none_lost || !sim_find_lost(q)) {
			sim_idle(q, since);
		}
	}
	complete(&q->ended);
	/* sim_queue.c joins it, soon or late. */
	set_current_state(TASK_IDLE);
	while (!kthread_should_stop()) {
		schedule();
		set_current_state(TASK_IDLE);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}
