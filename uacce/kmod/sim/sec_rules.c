// SPDX-License-Identifier: GPL-2.0-only
/*
 * What SEC takes: the rules of hw/hisi/model, plus what the kernel lacks.
 */
#include <linux/kernel.h>

#include "hw/hisi/abi/sec_facts.h"
#include "sec.h"

/* NULL: no version has the cipher in this mode. */
static const struct hisi_sec_cipher *sec_find_cipher(const struct sec_op *op)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hisi_sec_ciphers); i++)
		if (hisi_sec_ciphers[i].c_alg == op->c_alg &&
		    hisi_sec_ciphers[i].c_mode == op->c_mode)
			return &hisi_sec_ciphers[i];
	return NULL;
}

/* NULL: a hash or an HMAC. */
static const struct hisi_sec_block_mac *sec_find_block_mac(u32 a_alg)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hisi_sec_block_macs); i++)
		if (hisi_sec_block_macs[i].a_alg == a_alg)
			return &hisi_sec_block_macs[i];
	return NULL;
}

/* The lowest version that has it; 0: none. */
static u32 sec_cipher_since(const struct sec_op *op)
{
	const struct hisi_sec_cipher *cipher = sec_find_cipher(op);

	return cipher ? cipher->since_version : 0;
}

/* Likewise, of what is only authentication. */
static u32 sec_auth_since(enum sec_kind kind, u32 a_alg)
{
	const struct hisi_sec_block_mac *mac = sec_find_block_mac(a_alg);

	if (!mac)
		return HISI_SEC_HASH_SINCE_VERSION;
	return kind == SEC_KIND_GHASH ? mac->parts_since_version :
					mac->since_version;
}

static u32 sec_authenc_since(const struct sec_op *op)
{
	unsigned int i;

	if (op->c_mode != HISI_SEC_MODE_CBC)
		return 0;
	for (i = 0; i < ARRAY_SIZE(hisi_sec_authencs); i++)
		if (hisi_sec_authencs[i].c_alg == op->c_alg &&
		    hisi_sec_authencs[i].a_alg == op->a_alg)
			return hisi_sec_authencs[i].since_version;
	return 0;
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
		since = sec_cipher_since(op);
	if (!since || version < since || !sec_kernel_has(kind, op))
		return HISI_SEC_SIM_UNSUPPORTED;
	if (op->scene == HISI_SEC_SCENE_STREAM &&
	    version < HISI_SEC_STREAM_SINCE_VERSION && !sec_is_gcm_stream(kind))
		return HISI_SEC_SIM_UNSUPPORTED;
	if (kind == SEC_KIND_GHASH && op->scene != HISI_SEC_SCENE_STREAM)
		return HISI_SEC_SIM_FIELDS;
	return 0;
}

static u32 sec_check_cipher(const struct sec_op *op)
{
	const struct hisi_sec_cipher *cipher = sec_find_cipher(op);

	if (op->c_mode == HISI_SEC_MODE_CBC_CS &&
	    (op->c_width < HISI_SEC_CS1 || op->c_width > HISI_SEC_CS3))
		return HISI_SEC_SIM_FIELDS;
	if (op->c_bytes < cipher->min_bytes ||
	    op->c_bytes % cipher->unit_bytes ||
	    op->c_bytes > HISI_SEC_MAX_DATA_BYTES)
		return HISI_SEC_SIM_DATA_LENGTH;
	return 0;
}

static bool sec_is_tag_length(enum sec_kind kind, u32 bytes)
{
	return bytes >= HISI_SEC_MIN_TAG_BYTES &&
	       bytes <= HISI_SEC_MAX_TAG_BYTES &&
	       (kind != SEC_KIND_CCM ||
		bytes % HISI_SEC_CCM_TAG_UNIT_BYTES == 0);
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
		return !op->c_bytes && version < HISI_SEC_EMPTY_SINCE_VERSION ?
			HISI_SEC_SIM_DATA_LENGTH : 0;
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
	if (!last_part && !op->a_bytes &&
	    version < HISI_SEC_EMPTY_SINCE_VERSION)
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

static bool sec_is_block_mac_key(const struct hisi_sec_block_mac *mac,
				 u32 bytes)
{
	unsigned int i;

	for (i = 0; mac->key_bytes[i]; i++)
		if (mac->key_bytes[i] == bytes)
			return true;
	return false;
}

static u32 sec_check_block_mac(enum sec_kind kind, const struct sec_op *op)
{
	const struct hisi_sec_block_mac *mac = sec_find_block_mac(op->a_alg);

	if (!sec_is_block_mac_key(mac, op->a_key_bytes))
		return HISI_SEC_SIM_KEY_LENGTH;
	if (kind == SEC_KIND_GHASH) {
		if (op->auth != HISI_SEC_AUTH_COMPUTE)
			return HISI_SEC_SIM_FIELDS;
		return !op->a_bytes || op->a_bytes > HISI_SEC_MAX_AAD_BYTES ?
			HISI_SEC_SIM_DATA_LENGTH : 0;
	}
	if (!op->mac_bytes || op->mac_bytes > HISI_SEC_BLOCK_BYTES)
		return HISI_SEC_SIM_MAC_LENGTH;
	if (op->a_bytes > HISI_SEC_MAX_DATA_BYTES ||
	    op->a_bytes < mac->min_bytes)
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
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hisi_sec_keys); i++) {
		const struct hisi_sec_key *key = &hisi_sec_keys[i];

		if (key->c_alg != op->c_alg || key->c_key_len != op->c_key_len)
			continue;
		if (op->c_mode != HISI_SEC_MODE_XTS)
			return key->bytes;
		return key->has_xts ? 2 * key->bytes : 0;
	}
	return 0;
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
