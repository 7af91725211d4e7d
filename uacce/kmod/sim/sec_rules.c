// SPDX-License-Identifier: GPL-2.0-only
/*
 * What SEC takes: the rules of hw/hisi/model, plus what the kernel lacks.
 */
#include "sec.h"

static bool sec_is_aes_or_sm4(u32 c_alg)
{
	return c_alg == HISI_SEC_C_AES || c_alg == HISI_SEC_C_SM4;
}

/* The lowest version that has the cipher in this mode; 0: none. */
static u32 sec_cipher_since(u32 c_alg, u32 c_mode)
{
	switch (c_mode) {
	case HISI_SEC_MODE_ECB:
	case HISI_SEC_MODE_CBC:
		return c_alg <= HISI_SEC_C_SM4 ? 2 : 0;
	case HISI_SEC_MODE_CTR:
	case HISI_SEC_MODE_XTS:
		return sec_is_aes_or_sm4(c_alg) ? 2 : 0;
	case HISI_SEC_MODE_CFB:
	case HISI_SEC_MODE_OFB:
	case HISI_SEC_MODE_CBC_CS:
		return sec_is_aes_or_sm4(c_alg) ? 3 : 0;
	case HISI_SEC_MODE_GCM:
	case HISI_SEC_MODE_CCM:
		if (c_alg == HISI_SEC_C_AES)
			return 2;
		return c_alg == HISI_SEC_C_SM4 ? 3 : 0;
	default:
		return 0;
	}
}

/* Likewise, of what is only authentication. */
static u32 sec_auth_since(enum sec_kind kind, u32 a_alg)
{
	switch (kind) {
	case SEC_KIND_HASH:
		return 2;
	case SEC_KIND_GHASH:
		return a_alg == HISI_SEC_A_AES_GMAC ? 2 : 3;
	default:
		return 3;
	}
}

static u32 sec_authenc_since(const struct sec_op *op)
{
	if (op->c_mode != HISI_SEC_MODE_CBC || !sec_is_aes_or_sm4(op->c_alg))
		return 0;
	switch (op->a_alg) {
	case HISI_SEC_A_SHA1 + HISI_SEC_A_HMAC:
	case HISI_SEC_A_SHA256 + HISI_SEC_A_HMAC:
	case HISI_SEC_A_SHA512 + HISI_SEC_A_HMAC:
		return op->c_alg == HISI_SEC_C_AES ? 2 : 0;
	case HISI_SEC_A_HMAC_SM3:
		return 3;
	default:
		return 0;
	}
}

/* Values that nobody assigned, whatever the operation. */
static u32 sec_check_header(const struct sec_op *op)
{
	if (op->foreign || op->cipher == HISI_SEC_CIPHER_COPY ||
	    op->src_addr_type > HISI_SEC_ADDR_SGL ||
	    op->dst_addr_type > HISI_SEC_ADDR_SGL ||
	    op->mac_addr_type != HISI_SEC_ADDR_FLAT ||
	    op->ai_gen > HISI_SEC_AI_FROM_ADDR)
		return HISI_SEC_SIM_UNSUPPORTED;
	if (op->scene != HISI_SEC_SCENE_NONE &&
	    op->scene != HISI_SEC_SCENE_IPSEC &&
	    op->scene != HISI_SEC_SCENE_STREAM)
		return HISI_SEC_SIM_UNSUPPORTED;
	if (op->de > 1 || op->auth > HISI_SEC_AUTH_VERIFY ||
	    op->a_pad > HISI_SEC_NO_PAD)
		return HISI_SEC_SIM_FIELDS;
	return 0;
}

static bool sec_is_gcm_stream(enum sec_kind kind)
{
	return kind == SEC_KIND_GHASH || kind == SEC_KIND_GCM_MIDDLE ||
	       kind == SEC_KIND_GCM_END;
}

/* What the running kernel has. */
static bool sec_kernel_has(enum sec_kind kind, const struct sec_op *op)
{
	const struct sec_hash_alg *hash;
	bool keyed;

	if (op->cipher != HISI_SEC_CIPHER_NONE) {
		if (!sec_has_cipher(op->c_alg))
			return false;
		if (kind != SEC_KIND_AUTHENC)
			return true;
	}
	switch (kind) {
	case SEC_KIND_GHASH:
	case SEC_KIND_GMAC:
		return sec_has_cipher(op->a_alg == HISI_SEC_A_SM4_GMAC ?
				      HISI_SEC_C_SM4 : HISI_SEC_C_AES);
	case SEC_KIND_CMAC:
		return sec_has_mac(SEC_MAC_CMAC);
	case SEC_KIND_XCBC:
		return sec_has_mac(SEC_MAC_XCBC);
	default:
		hash = sec_find_hash(op->a_alg, &keyed);
		return hash && sec_has_hash(hash);
	}
}

static u32 sec_check_support(u32 version, enum sec_kind kind,
			     const struct sec_op *op)
{
	u32 since;

	if (op->cipher == HISI_SEC_CIPHER_NONE)
		since = sec_auth_since(kind, op->a_alg);
	else if (kind == SEC_KIND_AUTHENC)
		since = sec_authenc_since(op);
	else
		since = sec_cipher_since(op->c_alg, op->c_mode);
	if (!since || version < since || !sec_kernel_has(kind, op))
		return HISI_SEC_SIM_UNSUPPORTED;
	if (op->scene == HISI_SEC_SCENE_STREAM && version < 3 &&
	    !sec_is_gcm_stream(kind))
		return HISI_SEC_SIM_UNSUPPORTED;
	if (kind == SEC_KIND_GHASH && op->scene != HISI_SEC_SCENE_STREAM)
		return HISI_SEC_SIM_FIELDS;
	return 0;
}

/* Whole blocks where the mode wants them. */
static bool sec_is_cipher_length(const struct sec_op *op)
{
	switch (op->c_mode) {
	case HISI_SEC_MODE_ECB:
	case HISI_SEC_MODE_CBC:
		return op->c_bytes % (sec_is_aes_or_sm4(op->c_alg) ? 16 : 8) ==
		       0;
	case HISI_SEC_MODE_XTS:
		return op->c_bytes >= SEC_BLOCK_BYTES;
	case HISI_SEC_MODE_CBC_CS:
		return op->c_alg == HISI_SEC_C_AES ?
			op->c_bytes > SEC_BLOCK_BYTES :
			op->c_bytes >= SEC_BLOCK_BYTES;
	default:
		return true;
	}
}

static u32 sec_check_cipher(const struct sec_op *op)
{
	if (op->c_mode == HISI_SEC_MODE_CBC_CS &&
	    (op->c_width < HISI_SEC_CS1 || op->c_width > HISI_SEC_CS3))
		return HISI_SEC_SIM_FIELDS;
	if (!op->c_bytes || op->c_bytes > HISI_SEC_MAX_DATA_BYTES ||
	    !sec_is_cipher_length(op))
		return HISI_SEC_SIM_DATA_LENGTH;
	return 0;
}

static bool sec_is_tag_length(enum sec_kind kind, u32 bytes)
{
	return bytes >= 4 && bytes <= 16 &&
	       (kind != SEC_KIND_CCM || bytes % 2 == 0);
}

/* GCM and CCM, whole or in parts. */
static u32 sec_check_aead(u32 version, enum sec_kind kind,
			  const struct sec_op *op)
{
	bool decrypt = op->cipher == HISI_SEC_CIPHER_DECRYPT;

	if (op->seq != (decrypt ? HISI_SEC_DIGEST_THEN_CIPHER :
				  HISI_SEC_CIPHER_THEN_DIGEST))
		return HISI_SEC_SIM_FIELDS;
	/* The payload stands right behind what is authenticated only. */
	if (op->cipher_src_offset != op->auth_src_offset + op->a_bytes ||
	    op->a_bytes + op->c_bytes > HISI_SEC_MAX_DATA_BYTES)
		return HISI_SEC_SIM_DATA_LENGTH;
	if (kind != SEC_KIND_GCM_MIDDLE &&
	    !sec_is_tag_length(kind, op->c_icv_bytes))
		return HISI_SEC_SIM_MAC_LENGTH;
	if (kind == SEC_KIND_CCM && op->a_bytes > HISI_SEC_MAX_CCM_AAD_BYTES)
		return HISI_SEC_SIM_DATA_LENGTH;
	if (!sec_is_gcm_stream(kind))
		return !op->c_bytes && version < 3 ? HISI_SEC_SIM_DATA_LENGTH :
						     0;
	if (op->a_bytes || !op->c_bytes ||
	    (kind == SEC_KIND_GCM_MIDDLE && op->c_bytes % SEC_BLOCK_BYTES))
		return HISI_SEC_SIM_DATA_LENGTH;
	return op->a_key_bytes == sec_cipher_key_bytes(op) ?
		0 : HISI_SEC_SIM_KEY_LENGTH;
}

static u32 sec_check_authenc(const struct sec_op *op)
{
	bool decrypt = op->cipher == HISI_SEC_CIPHER_DECRYPT;
	const struct sec_hash_alg *hash;
	bool keyed;

	if (op->seq != (decrypt ? HISI_SEC_DIGEST_THEN_CIPHER :
				  HISI_SEC_CIPHER_THEN_DIGEST) ||
	    op->auth != (decrypt ? HISI_SEC_AUTH_VERIFY :
				   HISI_SEC_AUTH_COMPUTE))
		return HISI_SEC_SIM_FIELDS;
	hash = sec_find_hash(op->a_alg, &keyed);
	if (!op->mac_bytes || op->mac_bytes > hash->digest_bytes)
		return HISI_SEC_SIM_MAC_LENGTH;
	if (op->a_key_bytes > hash->block_bytes)
		return HISI_SEC_SIM_KEY_LENGTH;
	/* What is authenticated begins before the payload and ends with it. */
	if (op->a_bytes > HISI_SEC_MAX_DATA_BYTES || !op->c_bytes ||
	    op->c_bytes % SEC_BLOCK_BYTES ||
	    op->cipher_src_offset < op->auth_src_offset ||
	    op->cipher_src_offset + op->c_bytes !=
	    op->auth_src_offset + op->a_bytes)
		return HISI_SEC_SIM_DATA_LENGTH;
	return 0;
}

static u32 sec_check_whole_hash(u32 version, const struct sec_op *op,
				const struct sec_hash_alg *hash, bool keyed)
{
	bool last_part = op->ai_gen == HISI_SEC_AI_FROM_ADDR;

	/* Of type 3 only the stream scene has a total. */
	if (last_part && op->type == HISI_SEC_TYPE3 &&
	    op->scene != HISI_SEC_SCENE_STREAM)
		return HISI_SEC_SIM_FIELDS;
	if (!last_part && !op->a_bytes && version < 3)
		return HISI_SEC_SIM_DATA_LENGTH;
	if (op->mac_bytes > hash->digest_bytes ||
	    (!op->mac_bytes && (keyed || op->a_alg == HISI_SEC_A_SM3)))
		return HISI_SEC_SIM_MAC_LENGTH;
	return 0;
}

static u32 sec_check_hash(u32 version, const struct sec_op *op)
{
	const struct sec_hash_alg *hash;
	bool keyed;

	hash = sec_find_hash(op->a_alg, &keyed);
	if (op->a_bytes > HISI_SEC_MAX_DATA_BYTES)
		return HISI_SEC_SIM_DATA_LENGTH;
	if (keyed && op->a_key_bytes > hash->block_bytes)
		return HISI_SEC_SIM_KEY_LENGTH;
	if (op->a_pad == HISI_SEC_PAD)
		return sec_check_whole_hash(version, op, hash, keyed);
	if (op->auth != HISI_SEC_AUTH_COMPUTE)
		return HISI_SEC_SIM_FIELDS;
	if (!op->a_bytes || op->a_bytes % hash->block_bytes)
		return HISI_SEC_SIM_DATA_LENGTH;
	/* The whole state is written, whatever mac_len says; not 0 of SM3. */
	return op->a_alg == HISI_SEC_A_SM3 && !op->mac_bytes ?
		HISI_SEC_SIM_MAC_LENGTH : 0;
}

static u32 sec_check_block_mac(enum sec_kind kind, const struct sec_op *op)
{
	bool aes_gcm = op->a_alg == HISI_SEC_A_AES_GMAC;

	if (op->a_key_bytes != 16 &&
	    !(aes_gcm && (op->a_key_bytes == 24 || op->a_key_bytes == 32)))
		return HISI_SEC_SIM_KEY_LENGTH;
	if (kind == SEC_KIND_GHASH) {
		if (op->auth != HISI_SEC_AUTH_COMPUTE)
			return HISI_SEC_SIM_FIELDS;
		return !op->a_bytes || op->a_bytes > HISI_SEC_MAX_AAD_BYTES ?
			HISI_SEC_SIM_DATA_LENGTH : 0;
	}
	if (!op->mac_bytes || op->mac_bytes > 16)
		return HISI_SEC_SIM_MAC_LENGTH;
	if (op->a_bytes > HISI_SEC_MAX_DATA_BYTES ||
	    (!op->a_bytes && kind != SEC_KIND_GMAC))
		return HISI_SEC_SIM_DATA_LENGTH;
	return 0;
}

static u32 sec_check_lengths(u32 version, enum sec_kind kind,
			     const struct sec_op *op)
{
	if (op->cipher != HISI_SEC_CIPHER_NONE && !sec_cipher_key_bytes(op))
		return HISI_SEC_SIM_KEY_LENGTH;
	switch (kind) {
	case SEC_KIND_CIPHER:
		return sec_check_cipher(op);
	case SEC_KIND_GCM:
	case SEC_KIND_GCM_MIDDLE:
	case SEC_KIND_GCM_END:
	case SEC_KIND_CCM:
		return sec_check_aead(version, kind, op);
	case SEC_KIND_AUTHENC:
		return sec_check_authenc(op);
	case SEC_KIND_HASH:
		return sec_check_hash(version, op);
	default:
		return sec_check_block_mac(kind, op);
	}
}

/* 0: no such key. */
u32 sec_cipher_key_bytes(const struct sec_op *op)
{
	u32 halves = op->c_mode == HISI_SEC_MODE_XTS ? 2 : 1;

	switch (op->c_alg) {
	case HISI_SEC_C_DES:
		/* UADK's type 2 leaves 0: its length goes into c_icv_len. */
		return op->c_key_len <= HISI_SEC_KEY_DES ? 8 : 0;
	case HISI_SEC_C_3DES:
		if (op->c_key_len == HISI_SEC_KEY_3DES_3KEY)
			return 24;
		return op->c_key_len == HISI_SEC_KEY_3DES_2KEY ? 16 : 0;
	case HISI_SEC_C_AES:
		if (op->c_key_len > HISI_SEC_KEY_AES_256 ||
		    (halves == 2 && op->c_key_len == HISI_SEC_KEY_AES_192))
			return 0;
		return halves * (16 + 8 * op->c_key_len);
	default:
		return op->c_key_len == HISI_SEC_KEY_AES_128 ? halves * 16 : 0;
	}
}

/* 0, with @kind; or an error_type. */
u32 sec_judge(u32 version, const struct sec_op *op, enum sec_kind *kind)
{
	u32 error = sec_check_header(op);

	if (!error)
		error = sec_classify(op, kind);
	if (!error)
		error = sec_check_support(version, *kind, op);
	if (!error)
		error = sec_check_lengths(version, *kind, op);
	return error;
}
