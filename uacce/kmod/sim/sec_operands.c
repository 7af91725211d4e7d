// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the operands of a descriptor are: source and destination, flat or as
 * lists, and the MAC, which is flat always.
 */
#include <crypto/algapi.h>
#include <linux/overflow.h>

#include "sec.h"

/* Whole blocks, and room for one that stealing adds. */
#define SEC_PIECE_BYTES	(SIM_PIECE_BYTES - 4 * SEC_BLOCK_BYTES)

u32 sec_error_of(int ret)
{
	switch (ret) {
	case 0:
		return 0;
	case -EFAULT:
	case -ENODATA:
	case -ESRCH:
	case -ECANCELED:
		return HISI_SEC_SIM_ADDRESS;
	default:
		return HISI_SEC_SIM_INTERNAL;
	}
}

/*
 * How much of @left to take now. What is left then is nothing, or enough for
 * stealing to have its two blocks.
 */
u32 sec_next_piece(u64 left)
{
	if (left <= SEC_PIECE_BYTES)
		return left;
	if (left - SEC_PIECE_BYTES < 2 * SEC_BLOCK_BYTES)
		return SEC_PIECE_BYTES - 2 * SEC_BLOCK_BYTES;
	return SEC_PIECE_BYTES;
}

static u32 sec_hash_mac_bytes(const struct sec_op *op)
{
	const struct sec_hash_alg *hash;
	bool keyed;

	hash = sec_find_hash(op->a_alg, &keyed);
	if (op->a_pad == HISI_SEC_NO_PAD)
		return hash->state_bytes;
	return op->mac_bytes ? op->mac_bytes : hash->digest_bytes;
}

/* What is compared or written at mac_addr. */
u32 sec_mac_bytes(enum sec_kind kind, const struct sec_op *op)
{
	switch (kind) {
	case SEC_KIND_CIPHER:
		return 0;
	case SEC_KIND_GCM:
	case SEC_KIND_GCM_END:
	case SEC_KIND_CCM:
		return op->c_icv_bytes;
	case SEC_KIND_GCM_MIDDLE:
	case SEC_KIND_GHASH:
		return SEC_BLOCK_BYTES;
	case SEC_KIND_HASH:
		return sec_hash_mac_bytes(op);
	default:
		return op->mac_bytes;
	}
}

/* What is at mac_addr is expected there; nothing is written. */
bool sec_verifies(enum sec_kind kind, const struct sec_op *op)
{
	switch (kind) {
	case SEC_KIND_GCM:
	case SEC_KIND_GCM_END:
	case SEC_KIND_CCM:
		return op->cipher == HISI_SEC_CIPHER_DECRYPT;
	default:
		return op->auth == HISI_SEC_AUTH_VERIFY;
	}
}

static int sec_open(struct sim_queue *q, struct sim_cursor *c,
		    unsigned int buffer, u32 addr_type, u64 addr, u64 offset,
		    u64 bytes)
{
	int ret;

	if (addr_type == HISI_SEC_ADDR_FLAT) {
		if (bytes && check_add_overflow(addr, offset, &addr))
			return -EFAULT;
		sim_cursor_flat(c, addr, bytes);
		return 0;
	}
	/* The address of no bytes may be anything. */
	ret = sim_cursor_sgl(q, c, buffer, addr, offset, bytes);
	if (ret == -EINVAL || (!ret && c->bytes < bytes))
		return -EFAULT;
	return ret;
}

int sec_open_source(struct sim_queue *q, const struct sec_op *op,
		    struct sim_cursor *c, u64 offset, u64 bytes)
{
	return sec_open(q, c, 0, op->src_addr_type, op->data_src_addr, offset,
			bytes);
}

/* As far behind the beginning of the destination as of the source. */
int sec_open_payload(struct sim_queue *q, const struct sec_op *op,
		     struct sim_cursor *c)
{
	return sec_open(q, c, 1, op->de ? op->dst_addr_type : op->src_addr_type,
			op->de ? op->data_dst_addr : op->data_src_addr,
			op->cipher_src_offset, op->c_bytes);
}

/* Before anything is written: it may be there that is written. */
int sec_expect_mac(struct sim_queue *q, enum sec_kind kind,
		   const struct sec_op *op, struct sec_expected *expected)
{
	expected->verify = sec_verifies(kind, op);
	expected->bytes = sec_mac_bytes(kind, op);
	if (!expected->verify)
		return 0;
	return sim_dma_read(q, op->mac_addr, expected->mac, expected->bytes);
}

int sec_deliver_mac(struct sim_queue *q, const struct sec_op *op,
		    const struct sec_expected *expected, const u8 *mac,
		    bool *mismatch)
{
	if (!expected->verify)
		return sim_dma_write(q, op->mac_addr, mac, expected->bytes);
	*mismatch = crypto_memneq(mac, expected->mac, expected->bytes);
	return 0;
}
