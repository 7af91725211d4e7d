/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Scatter-gather lists of HiSilicon accelerators: a head of 64 bytes at a
 * 64-byte boundary, followed by entries of 32 bytes; lists are chained.
 *
 * A list is read entry_sum_in_sgl entries at a time, then next_dma, until the
 * bytes that the descriptor asks for are there. entry_sum_in_chain is capacity
 * for some producers and a count for others: do not count with it. Lists with
 * no entry and chained empty tails occur; entries behind the valid ones are
 * stale.
 *
 * Sources: Linux drivers/crypto/hisilicon/sgl.c; UADK drv/hisi_qm_udrv.c.
 */
#ifndef UACCED_HW_HISI_ABI_SGL_H_
#define UACCED_HW_HISI_ABI_SGL_H_

#include <linux/types.h>

#define HISI_SGL_ALIGN_BYTES 64u
#define HISI_SGL_MAX_ENTRIES 255u
#define HISI_SGL_MAX_ENTRY_BYTES 0x800000u

struct hisi_sgl_entry {
	__le64 buf; /* device address; no alignment needed */
	__le64 page_ctrl; /* software's */
	__le32 len; /* bytes, 1..HISI_SGL_MAX_ENTRY_BYTES */
	__le32 pad;
	__le64 software; /* UADK: the CPU's address of buf */
};

struct hisi_sgl {
	__le64 next_dma; /* 0: the last of the chain */
	__le16 entry_sum_in_chain; /* UADK: capacity of the chain, in its head */
	__le16 entry_sum_in_sgl; /* valid entries */
	__le16 entry_length_in_sgl; /* capacity */
	__le16 pad;
	__le64 reserved[4];
	__le64 software_next; /* UADK: the CPU's address of the next list */
	__le64 software_bytes; /* UADK: bytes in this list */
	struct hisi_sgl_entry entries[];
};

#define HISI_SGL_HEAD_BYTES 64u
#define HISI_SGL_ENTRY_BYTES 32u

#endif /* UACCED_HW_HISI_ABI_SGL_H_ */
