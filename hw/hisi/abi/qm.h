/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * HiSilicon queue manager (QM): what software and device share of one queue.
 * Used by the driver (hw/hisi), the device model (hw/hisi/model) and kernel
 * code. Layouts and their meaning only: no logic.
 *
 * All multi-byte fields are little-endian. A queue has two regions:
 *
 *   MMIO  doorbells, one 64-bit store each
 *   DUS   SQ | CQ | padding | two words by which the kernel stops the queue
 *
 * Sources: Linux include/uapi/misc/uacce/hisi_qm.h, drivers/crypto/hisilicon/
 * qm.c; UADK drv/hisi_qm_udrv.c (facts, checked by running it).
 */
#ifndef UACCED_HW_HISI_ABI_QM_H_
#define UACCED_HW_HISI_ABI_QM_H_

#include <linux/ioctl.h>
#include <linux/types.h>

/* The api string in sysfs: this, then a decimal number, then perhaps more. */
#define HISI_QM_API_PREFIX "hisi_qm_v"

#define HISI_QM_SQE_BYTES 128u
#define HISI_QM_CQE_BYTES 16u
#define HISI_QM_MIN_DEPTH 2u
#define HISI_QM_MAX_DEPTH 1024u /* of V2 and later */
#define HISI_QM_MAX_SQN 1023u   /* a doorbell of V2 and later has 10 bits */

/*
 * Doorbells. V1 has one register for all; V2 and later another place and
 * another layout.
 *
 *   bits    V1              V2 and later
 *   63:48   priority        priority
 *   47:32   index           index
 *   31:16   command         random tag, 0
 *   15:12   queue number    command
 *   11:10   queue number    0
 *   9:0     queue number    queue number
 */
#define HISI_QM_V1_DOORBELL_OFFSET 0x340u
#define HISI_QM_V2_DOORBELL_OFFSET 0x1000u
#define HISI_QM_V1_DOORBELL_CMD_SHIFT 16
#define HISI_QM_V1_DOORBELL_CMD_MASK 0xffffu
#define HISI_QM_V1_DOORBELL_SQN_MASK 0xffffu
#define HISI_QM_V2_DOORBELL_CMD_SHIFT 12
#define HISI_QM_V2_DOORBELL_CMD_MASK 0xfu
#define HISI_QM_V2_DOORBELL_SQN_MASK 0x3ffu
#define HISI_QM_DOORBELL_INDEX_SHIFT 32
#define HISI_QM_DOORBELL_INDEX_MASK 0xffffu
#define HISI_QM_DOORBELL_PRIORITY_SHIFT 48
#define HISI_QM_DOORBELL_PRIORITY_MASK 0xffffu

/* Commands, and what index and priority are with each. */
#define HISI_QM_DOORBELL_SQ 0u /* new tail; 0 */
#define HISI_QM_DOORBELL_CQ 1u /* new head; bit 0 arms one interrupt */

/* What must be mapped of the MMIO region, pages of 4 KiB. */
#define HISI_QM_V1_MMIO_BYTES 4096u
#define HISI_QM_V2_MMIO_BYTES 8192u

/* Completion queue entry. */
struct hisi_qm_cqe {
	__le32 reserved0;
	__le16 cmd_id;
	__le16 reserved1;
	__le16 sq_head; /* index of the SQE that is done, in its SQ */
	__le16 sq_num;  /* queue number */
	__le16 reserved2;
	__le16 w7; /* bit 0: phase */
};

#define HISI_QM_CQE_PHASE_MASK 0x1u
/*
 * Written with this in the first lap, with the other one in the next, and so
 * on: an entry is new when its phase is the lap's.
 */
#define HISI_QM_CQE_FIRST_PHASE 1u

/*
 * The DUS region. The two words are the last ones: 0 in operation, 1 once the
 * kernel stopped the queue. It sets TX before it stops the queue and RX after
 * that; they are not set back while the queue is open.
 */
#define HISI_QM_DUS_RX_STOP_FROM_END 8u
#define HISI_QM_DUS_TX_STOP_FROM_END 4u
#define HISI_QM_STOPPED 1u

#define HISI_QM_SQ_OFFSET 0u

static inline __u32 hisi_qm_cq_offset(__u32 sq_depth)
{
	return HISI_QM_SQE_BYTES * sq_depth;
}

static inline __u32 hisi_qm_dus_bytes(__u32 sq_depth, __u32 cq_depth,
				      __u32 page_bytes)
{
	const __u32 rings = HISI_QM_SQE_BYTES * sq_depth +
			    HISI_QM_CQE_BYTES * cq_depth;

	return (rings + page_bytes - 1) / page_bytes * page_bytes + page_bytes;
}

/*
 * What kind of queue it is (qc_type when it is set up): ZIP has no direction
 * in its descriptors. Every queue of SEC is of kind 0.
 */
#define HISI_QM_QC_TYPE_COMPRESS 0u
#define HISI_QM_QC_TYPE_DECOMPRESS 1u
#define HISI_QM_QC_TYPE_SEC 0u

/*
 * Commands of the queue file besides those of uacce. The kind must be set
 * before the queue is started; what it is called, its sqn, comes back.
 */
struct hisi_qm_qp_ctx {
	__u16 sqn;     /* out */
	__u16 qc_type; /* in */
};

struct hisi_qm_qp_info {
	__u32 sqe_bytes; /* out */
	__u16 sq_depth;  /* out */
	__u16 cq_depth;  /* out */
	__u64 reserved;  /* returns as it came */
};

#define HISI_QM_SET_QP_CTX _IOWR('H', 10, struct hisi_qm_qp_ctx)
#define HISI_QM_SET_QP_INFO _IOWR('H', 11, struct hisi_qm_qp_info)

#endif /* UACCED_HW_HISI_ABI_QM_H_ */
