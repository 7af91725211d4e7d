// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver without a device, for uacce_abi_test: written for mainline's API
 * alone, so that it runs on mainline's uacce as well as on ours. It notes what
 * uacce calls, and does what debugfs tells it.
 *
 * /sys/kernel/debug/uacce_probe/command takes one line:
 *
 *   add SLOT FLAGS       registers a device with these flags
 *   remove SLOT          takes it away
 *   set SLOT WHAT VALUE  get_error, start_error: what these ops return;
 *                        ready: what is_q_updated says, and wakes every poll;
 *                        isolate: what the device says; store_error
 *   clear SLOT           forgets the events
 *
 * .../state has a line for each slot:
 *
 *   SLOT ID QUEUES EVENTS LATE MAPPED ANON THRESHOLD
 *
 * EVENTS is a letter for each op in its order: g(et) s(tart) x(stop) p(ut)
 * m(map) i(octl), or - if there are none. LATE counts ops that were called when
 * uacce_remove() had returned; MAPPED the put_queues at which a user still had
 * the memory mapped; ANON is how much memory the owner of a queue with software
 * SVA had when it was last stopped, in pages.
 */
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uacce.h>

#define PROBE_SLOTS 4
#define PROBE_QUEUES 8
#define PROBE_MMIO_PAGES 2
#define PROBE_DUS_PAGES 4
#define PROBE_EVENTS 128

/* Adds 1 to what the argument points to. */
#define PROBE_CMD_INCREMENT _IOWR('P', 1, __u32)

struct probe_slot {
	struct uacce_device *uacce;
	bool removed;
	u32 id;
	int queues;
	int get_error;
	int start_error;
	int store_error;
	int ready;
	int isolate;
	u32 threshold;
	unsigned int late;
	unsigned int mapped;
	long anon;
	char events[PROBE_EVENTS];
	/* Of the queues that are open, to be woken. */
	struct list_head open;
};

struct probe_queue {
	struct probe_slot *slot;
	struct uacce_queue *q;
	struct list_head node;
	struct page *dus[PROBE_DUS_PAGES];
};

static struct probe_slot slots[PROBE_SLOTS];
static struct device *parent;
static struct page *mmio;
static struct dentry *dir;
/* Serialises commands. */
static DEFINE_MUTEX(command_mutex);
/* Guards what ops note in their slot. */
static DEFINE_SPINLOCK(note_lock);

static void probe_note(struct probe_slot *slot, char event)
{
	size_t length;

	spin_lock(&note_lock);
	length = strlen(slot->events);
	if (length < PROBE_EVENTS - 1)
		slot->events[length] = event;
	if (slot->removed)
		slot->late++;
	spin_unlock(&note_lock);
}

static struct probe_slot *probe_slot_of(struct uacce_queue *q)
{
	return ((struct probe_queue *)q->priv)->slot;
}

static int probe_available(struct uacce_device *uacce)
{
	struct probe_slot *slot = uacce->priv;

	return PROBE_QUEUES - slot->queues;
}

static void probe_free(struct probe_queue *pq)
{
	int i;

	for (i = 0; i < PROBE_DUS_PAGES; i++)
		if (pq->dus[i])
			__free_page(pq->dus[i]);
	kfree(pq);
}

static int probe_get(struct uacce_device *uacce, unsigned long arg,
		     struct uacce_queue *q)
{
	struct probe_slot *slot = uacce->priv;
	struct probe_queue *pq;
	int i;

	probe_note(slot, 'g');
	if (slot->get_error)
		return slot->get_error;
	if (slot->queues == PROBE_QUEUES)
		return -EBUSY;

	pq = kzalloc(sizeof(*pq), GFP_KERNEL);
	if (!pq)
		return -ENOMEM;
	for (i = 0; i < PROBE_DUS_PAGES; i++) {
		pq->dus[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!pq->dus[i]) {
			probe_free(pq);
			return -ENOMEM;
		}
	}
	pq->slot = slot;
	pq->q = q;
	q->priv = pq;
	slot->queues++;
	spin_lock(&note_lock);
	list_add(&pq->node, &slot->open);
	spin_unlock(&note_lock);
	return 0;
}

static void probe_put(struct uacce_queue *q)
{
	struct probe_queue *pq = q->priv;
	struct probe_slot *slot = pq->slot;
	int i;

	probe_note(slot, 'p');
	spin_lock(&note_lock);
	list_del(&pq->node);
	for (i = 0; i < PROBE_DUS_PAGES; i++) {
		if (page_count(pq->dus[i]) > 1) {
			slot->mapped++;
			break;
		}
	}
	spin_unlock(&note_lock);
	slot->queues--;
	probe_free(pq);
}

static int probe_start(struct uacce_queue *q)
{
	struct probe_slot *slot = probe_slot_of(q);

	probe_note(slot, 's');
	return slot->start_error;
}

static void probe_stop(struct uacce_queue *q)
{
	struct probe_slot *slot = probe_slot_of(q);

#ifdef UACCE_DEV_SVA_SW
	if (uacce_queue_mm(q))
		slot->anon = get_mm_counter(uacce_queue_mm(q), MM_ANONPAGES);
#endif
	probe_note(slot, 'x');
}

static int probe_is_updated(struct uacce_queue *q)
{
	struct probe_slot *slot = probe_slot_of(q);

	if (slot->removed)
		probe_note(slot, 'u');
	return slot->ready;
}

static int probe_mmap(struct uacce_queue *q, struct vm_area_struct *vma,
		      struct uacce_qfile_region *qfr)
{
	struct probe_queue *pq = q->priv;
	unsigned long size = vma->vm_end - vma->vm_start;
	unsigned long address;
	int i, ret;

	probe_note(pq->slot, 'm');
	switch (qfr->type) {
	case UACCE_QFRT_MMIO:
		if (size > PROBE_MMIO_PAGES * PAGE_SIZE)
			return -EINVAL;
		return remap_pfn_range(vma, vma->vm_start, page_to_pfn(mmio),
				       size, vma->vm_page_prot);
	case UACCE_QFRT_DUS:
		if (size != PROBE_DUS_PAGES * PAGE_SIZE)
			return -EINVAL;
		for (i = 0; i < PROBE_DUS_PAGES; i++) {
			address = vma->vm_start + i * PAGE_SIZE;
			ret = vm_insert_page(vma, address, pq->dus[i]);
			if (ret)
				return ret;
		}
		return 0;
	default:
		return -EINVAL;
	}
}

static long probe_ioctl(struct uacce_queue *q, unsigned int cmd,
			unsigned long arg)
{
	u32 __user *user = (u32 __user *)arg;
	u32 value;

	probe_note(probe_slot_of(q), 'i');
	if (cmd != PROBE_CMD_INCREMENT)
		return -EINVAL;
	if (get_user(value, user))
		return -EFAULT;
	return put_user(value + 1, user) ? -EFAULT : 0;
}

/* Mainline has it since 6.3. */
#ifdef UACCE_MAX_ERR_THRESHOLD
static enum uacce_dev_state probe_isolate_state(struct uacce_device *uacce)
{
	struct probe_slot *slot = uacce->priv;

	return slot->isolate ? UACCE_DEV_ISOLATE : UACCE_DEV_NORMAL;
}

static int probe_threshold_write(struct uacce_device *uacce, u32 num)
{
	struct probe_slot *slot = uacce->priv;

	if (slot->store_error)
		return slot->store_error;
	slot->threshold = num;
	return 0;
}

static u32 probe_threshold_read(struct uacce_device *uacce)
{
	struct probe_slot *slot = uacce->priv;

	return slot->threshold;
}
#endif

static const struct uacce_ops probe_ops = {
	.get_available_instances = probe_available,
	.get_queue = probe_get,
	.put_queue = probe_put,
	.start_queue = probe_start,
	.stop_queue = probe_stop,
	.is_q_updated = probe_is_updated,
	.mmap = probe_mmap,
	.ioctl = probe_ioctl,
#ifdef UACCE_MAX_ERR_THRESHOLD
	.get_isolate_state = probe_isolate_state,
	.isolate_err_threshold_write = probe_threshold_write,
	.isolate_err_threshold_read = probe_threshold_read,
#endif
};

/* A device that can do nothing, and has no regions. */
static const struct uacce_ops probe_empty_ops = {};

static int probe_add(struct probe_slot *slot, unsigned int flags, bool empty)
{
	struct uacce_interface interface = {
		.name = "uacce_probe",
		.flags = flags,
		.ops = empty ? &probe_empty_ops : &probe_ops,
	};
	struct uacce_device *uacce;
	int ret;

	if (slot->uacce)
		return -EEXIST;
	memset(slot, 0, sizeof(*slot));
	INIT_LIST_HEAD(&slot->open);

	uacce = uacce_alloc(parent, &interface);
	if (IS_ERR(uacce))
		return PTR_ERR(uacce);
	uacce->api_ver = "uacce_probe_v1";
	uacce->algs = "alpha\nbeta";
	uacce->priv = slot;
	if (!empty) {
		uacce->qf_pg_num[UACCE_QFRT_MMIO] = PROBE_MMIO_PAGES;
		uacce->qf_pg_num[UACCE_QFRT_DUS] = PROBE_DUS_PAGES;
	}
	slot->id = uacce->dev_id;

	ret = uacce_register(uacce);
	if (ret) {
		uacce_remove(uacce);
		return ret;
	}
	slot->uacce = uacce;
	return 0;
}

static void probe_remove(struct probe_slot *slot)
{
	if (!slot->uacce)
		return;
	uacce_remove(slot->uacce);
	slot->uacce = NULL;
	spin_lock(&note_lock);
	slot->removed = true;
	spin_unlock(&note_lock);
}

static void probe_set_ready(struct probe_slot *slot, int value)
{
	struct probe_queue *pq;

	WRITE_ONCE(slot->ready, value);
	spin_lock(&note_lock);
	list_for_each_entry(pq, &slot->open, node)
		wake_up_interruptible(&pq->q->wait);
	spin_unlock(&note_lock);
}

static int probe_set(struct probe_slot *slot, const char *what, int value)
{
	if (!strcmp(what, "get_error"))
		slot->get_error = value;
	else if (!strcmp(what, "start_error"))
		slot->start_error = value;
	else if (!strcmp(what, "store_error"))
		slot->store_error = value;
	else if (!strcmp(what, "isolate"))
		slot->isolate = value;
	else if (!strcmp(what, "ready"))
		probe_set_ready(slot, value);
	else
		return -EINVAL;
	return 0;
}

static void probe_clear(struct probe_slot *slot)
{
	spin_lock(&note_lock);
	memset(slot->events, 0, sizeof(slot->events));
	slot->anon = 0;
	spin_unlock(&note_lock);
}

static int probe_command(const char *line)
{
	char verb[16], what[16];
	unsigned int index, flags;
	struct probe_slot *slot;
	int value;

	if (sscanf(line, "%15s %u", verb, &index) != 2 || index >= PROBE_SLOTS)
		return -EINVAL;
	slot = &slots[index];

	if (!strcmp(verb, "add") && sscanf(line, "%*s %*u %x", &flags) == 1)
		return probe_add(slot, flags, false);
	if (!strcmp(verb, "add_empty"))
		return probe_add(slot, 0, true);
	if (!strcmp(verb, "set") &&
	    sscanf(line, "%*s %*u %15s %d", what, &value) == 2)
		return probe_set(slot, what, value);
	if (!strcmp(verb, "remove"))
		probe_remove(slot);
	else if (!strcmp(verb, "clear"))
		probe_clear(slot);
	else
		return -EINVAL;
	return 0;
}

static ssize_t command_write(struct file *filep, const char __user *user,
			     size_t count, loff_t *ppos)
{
	char line[64];
	int ret;

	if (count >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, user, count))
		return -EFAULT;
	line[count] = '\0';

	mutex_lock(&command_mutex);
	ret = probe_command(line);
	mutex_unlock(&command_mutex);
	return ret ? ret : count;
}

static const struct file_operations command_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = command_write,
};

static int state_show(struct seq_file *file, void *unused)
{
	struct probe_slot *slot;
	int i;

	spin_lock(&note_lock);
	for (i = 0; i < PROBE_SLOTS; i++) {
		slot = &slots[i];
		seq_printf(file, "%d %u %d %s %u %u %ld %u\n", i, slot->id,
			   slot->queues, slot->events[0] ? slot->events : "-",
			   slot->late, slot->mapped, slot->anon,
			   slot->threshold);
	}
	spin_unlock(&note_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int __init probe_init(void)
{
	mmio = alloc_pages(GFP_KERNEL | __GFP_ZERO,
			   get_order(PROBE_MMIO_PAGES * PAGE_SIZE));
	if (!mmio)
		return -ENOMEM;
	parent = root_device_register("uacce_probe");
	if (IS_ERR(parent)) {
		__free_pages(mmio, get_order(PROBE_MMIO_PAGES * PAGE_SIZE));
		return PTR_ERR(parent);
	}
	dir = debugfs_create_dir("uacce_probe", NULL);
	debugfs_create_file("command", 0200, dir, NULL, &command_fops);
	debugfs_create_file("state", 0400, dir, NULL, &state_fops);
	return 0;
}

static void __exit probe_exit(void)
{
	int i;

	debugfs_remove_recursive(dir);
	for (i = 0; i < PROBE_SLOTS; i++)
		probe_remove(&slots[i]);
	root_device_unregister(parent);
	__free_pages(mmio, get_order(PROBE_MMIO_PAGES * PAGE_SIZE));
}

module_init(probe_init);
module_exit(probe_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The uacced authors");
MODULE_DESCRIPTION("A driver to test uacce with");
