/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * What a user sees of a queue file, /dev/<name>-<id>: each open of it is a
 * queue of the accelerator.
 */
#ifndef _UAPI_MISC_UACCE_UACCE_H
#define _UAPI_MISC_UACCE_UACCE_H

#include <linux/types.h>
#include <linux/ioctl.h>

/*
 * UACCE_CMD_START_Q: the queue starts to work. It takes no argument.
 *
 * Fails with EINVAL if it is started already, ENXIO if its device or the
 * address space it worked in is gone, or what the device says.
 */
#define UACCE_CMD_START_Q	_IO('W', 0)

/*
 * UACCE_CMD_PUT_Q: the queue stops. It can be started again; the device gets
 * it back when the file is closed. It takes no argument.
 */
#define UACCE_CMD_PUT_Q		_IO('W', 1)

/*
 * The file "flags" in sysfs.
 *
 * UACCE_DEV_SVA: the device works on the addresses of the process that opened
 * the queue.
 */
#define UACCE_DEV_SVA		0x1

/**
 * enum uacce_qfrt - regions of a queue; mmap() takes one as its page offset
 * @UACCE_QFRT_MMIO: doorbells
 * @UACCE_QFRT_DUS: memory that device and user share, such as rings
 */
enum uacce_qfrt {
	UACCE_QFRT_MMIO = 0,
	UACCE_QFRT_DUS = 1,
};

#endif /* _UAPI_MISC_UACCE_UACCE_H */
