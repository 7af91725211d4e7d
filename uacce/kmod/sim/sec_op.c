// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors of SEC taken apart: types 2 and 3 say the same in different
 * places. Nothing is judged here.
 */
#include "sec.h"

/* Fields that drivers leave 0 and that would change the result. */
struct sec_bits {
	u32 dword;
	u32 mask;
};

static const struct sec_bits sec_foreign2[] = {
	/*
	 * nonce_len, huk, key_s, ci_gen; c_s; rhf, c_key_type, a_key_type,
	 * write_frame_len, cal_iv_addr_en, tls_up
	 */
	{ 1, 0x03ff30ff },
	{ 4, 0xff000000 },	/* iv_offset_l */
	{ 5, 0xff000000 },	/* iv_offset_h */
	{ 7, 0xffffffff },	/* offsets of headers */
	{ 8, 0xffffffff },	/* pass_word_len, dk_len */
	{ 9, 0xffffffff },	/* salt */
	{ 11, 0x0003ffff },	/* c_pad_* */
	{}
};

static const struct sec_bits sec_foreign3[] = {
	{ 1, 0x3f00000c },	/* ci_gen; nonce_len, huk, cal_iv_addr_en */
	{ 14, 0xf1e00000 },	/* key_sel; key_wrap_num, update_key */
	{ 15, 0xffffffff },	/* salt */
	{ 17, 0xff000000 },	/* auth_key_offset */
	{ 18, 0xff000000 },	/* auth_ivin_offset */
	{}
};

/* Dwords 25 to 27 mean something else in each scene. */
static const struct sec_bits sec_foreign3_stream[] = {
	{ 27, 0xffffff1c },	/* stream_protocol; plaintext_type, pad_len */
	{}
};

static const struct sec_bits sec_foreign3_ipsec[] = {
	{ 25, 0xffffffff },
	{ 26, 0xffffffff },
	{ 27, 0xffffffff },
	{}
};

static u32 sec_field(const struct sim_sqe *sqe, u32 dword, u32 shift, u32 mask)
{
	return le32_to_cpu(sqe->dw[dword]) >> shift & mask;
}

static u64 sec_pair(const struct sim_sqe *sqe, u32 dword)
{
	return (u64)le32_to_cpu(sqe->dw[dword + 1]) << 32 |
	       le32_to_cpu(sqe->dw[dword]);
}

static bool sec_any_set(const struct sim_sqe *sqe, const struct sec_bits *bits)
{
	for (; bits->mask; bits++)
		if (le32_to_cpu(sqe->dw[bits->dword]) & bits->mask)
			return true;
	return false;
}

static void sec_decode2(const struct sim_sqe *sqe, struct sec_op *op)
{
	op->invalid = sec_field(sqe, HISI_SEC2_INVALID);
	op->cipher = sec_field(sqe, HISI_SEC2_CIPHER);
	op->auth = sec_field(sqe, HISI_SEC2_AUTH);
	op->seq = sec_field(sqe, HISI_SEC2_SEQ);
	op->de = sec_field(sqe, HISI_SEC2_DE);
	op->scene = sec_field(sqe, HISI_SEC2_SCENE);
	op->src_addr_type = sec_field(sqe, HISI_SEC2_SRC_ADDR_TYPE);
	op->dst_addr_type = sec_field(sqe, HISI_SEC2_DST_ADDR_TYPE);
	op->mac_addr_type = sec_field(sqe, HISI_SEC2_MAC_ADDR_TYPE);
	op->ai_gen = sec_field(sqe, HISI_SEC2_AI_GEN);
	op->a_pad = sec_field(sqe, HISI_SEC2_A_PAD);
	op->a_alg = sec_field(sqe, HISI_SEC2_A_ALG);
	op->a_key_bytes = sec_field(sqe, HISI_SEC2_A_KEY_LEN) * 4;
	op->mac_bytes = sec_field(sqe, HISI_SEC2_MAC_LEN) * 4;
	op->c_alg = sec_field(sqe, HISI_SEC2_C_ALG);
	op->c_mode = sec_field(sqe, HISI_SEC2_C_MODE);
	op->c_width = sec_field(sqe, HISI_SEC2_C_WIDTH);
	op->c_key_len = sec_field(sqe, HISI_SEC2_C_KEY_LEN);
	op->c_icv_bytes = sec_field(sqe, HISI_SEC2_C_ICV_LEN);
	op->a_bytes = sec_field(sqe, HISI_SEC2_A_LEN);
	op->c_bytes = sec_field(sqe, HISI_SEC2_C_LEN);
	op->auth_src_offset = sec_field(sqe, HISI_SEC2_AUTH_SRC_OFFSET);
	op->cipher_src_offset = sec_field(sqe, HISI_SEC2_CIPHER_SRC_OFFSET);
	op->long_a_data_len = sec_pair(sqe, HISI_SEC2_LONG_A_DATA_LEN);
	op->data_src_addr = sec_pair(sqe, HISI_SEC2_DATA_SRC_ADDR);
	op->data_dst_addr = sec_pair(sqe, HISI_SEC2_DATA_DST_ADDR);
	op->mac_addr = sec_pair(sqe, HISI_SEC2_MAC_ADDR);
	op->a_key_addr = sec_pair(sqe, HISI_SEC2_A_KEY_ADDR);
	op->a_ivin_addr = sec_pair(sqe, HISI_SEC2_A_IVIN_ADDR);
	op->c_key_addr = sec_pair(sqe, HISI_SEC2_C_KEY_ADDR);
	op->c_ivin_addr = sec_pair(sqe, HISI_SEC2_C_IVIN_ADDR);
	op->foreign = sec_any_set(sqe, sec_foreign2);
}

static void sec_decode3(const struct sim_sqe *sqe, struct sec_op *op)
{
	op->invalid = sec_field(sqe, HISI_SEC3_INVALID);
	op->cipher = sec_field(sqe, HISI_SEC3_CIPHER);
	op->auth = sec_field(sqe, HISI_SEC3_AUTH);
	op->seq = sec_field(sqe, HISI_SEC3_SEQ);
	op->de = sec_field(sqe, HISI_SEC3_DE);
	op->scene = sec_field(sqe, HISI_SEC3_SCENE);
	op->src_addr_type = sec_field(sqe, HISI_SEC3_SRC_ADDR_TYPE);
	op->dst_addr_type = sec_field(sqe, HISI_SEC3_DST_ADDR_TYPE);
	op->mac_addr_type = sec_field(sqe, HISI_SEC3_MAC_ADDR_TYPE);
	op->ai_gen = sec_field(sqe, HISI_SEC3_AI_GEN);
	op->a_alg = sec_field(sqe, HISI_SEC3_A_ALG);
	op->a_key_bytes = sec_field(sqe, HISI_SEC3_A_KEY_LEN) * 4;
	op->mac_bytes = sec_field(sqe, HISI_SEC3_MAC_LEN) * 4;
	op->c_alg = sec_field(sqe, HISI_SEC3_C_ALG);
	op->c_mode = sec_field(sqe, HISI_SEC3_C_MODE);
	op->c_width = sec_field(sqe, HISI_SEC3_C_WIDTH);
	op->c_key_len = sec_field(sqe, HISI_SEC3_C_KEY_LEN);
	op->c_icv_bytes = sec_field(sqe, HISI_SEC3_C_ICV_LEN);
	/* Linux leaves the 2 of CTR there for every mode. */
	op->sm4_xts_gb = sec_field(sqe, HISI_SEC3_CTR_COUNT_MODE) ==
			 HISI_SEC3_SM4_XTS_GB;
	op->a_bytes = sec_field(sqe, HISI_SEC3_A_LEN);
	op->c_bytes = sec_field(sqe, HISI_SEC3_C_LEN);
	op->auth_src_offset = sec_field(sqe, HISI_SEC3_AUTH_SRC_OFFSET);
	op->cipher_src_offset = sec_field(sqe, HISI_SEC3_CIPHER_SRC_OFFSET);
	op->data_src_addr = sec_pair(sqe, HISI_SEC3_DATA_SRC_ADDR);
	op->data_dst_addr = sec_pair(sqe, HISI_SEC3_DATA_DST_ADDR);
	op->mac_addr = sec_pair(sqe, HISI_SEC3_MAC_ADDR);
	op->a_key_addr = sec_pair(sqe, HISI_SEC3_A_KEY_ADDR);
	op->a_ivin_addr = sec_pair(sqe, HISI_SEC3_A_IVIN_ADDR);
	op->c_key_addr = sec_pair(sqe, HISI_SEC3_C_KEY_ADDR);
	op->c_ivin_addr = sec_pair(sqe, HISI_SEC3_C_IVIN_ADDR);
	op->foreign = sec_any_set(sqe, sec_foreign3);
	if (op->scene == HISI_SEC_SCENE_STREAM) {
		op->a_pad = sec_field(sqe, HISI_SEC3_AUTH_PAD);
		op->long_a_data_len = sec_pair(sqe, HISI_SEC3_LONG_A_DATA_LEN);
		op->foreign |= sec_any_set(sqe, sec_foreign3_stream);
	} else if (op->scene == HISI_SEC_SCENE_IPSEC) {
		op->foreign |= sec_any_set(sqe, sec_foreign3_ipsec);
	}
}

/* Only @type is valid if it is neither 2 nor 3. */
void sec_decode(const struct sim_sqe *sqe, struct sec_op *op)
{
	memset(op, 0, sizeof(*op));
	op->type = le32_to_cpu(sqe->dw[0]) & HISI_SEC_TYPE_MASK;
	if (op->type == HISI_SEC_TYPE2)
		sec_decode2(sqe, op);
	if (op->type == HISI_SEC_TYPE3)
		sec_decode3(sqe, op);
}
