/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What SEC has, of each version of the queue manager, and which lengths it
 * takes: tables and numbers. What follows from them for a descriptor is for the
 * devices to say, the model and the simulated one, each by itself. Drivers have
 * their own list of what they send, which is shorter.
 *
 * Units: bytes, unless a name says otherwise. A version is the lowest that has
 * it; later ones have it, too. Codes are those of sec.h.
 */
#ifndef UACCED_HW_HISI_ABI_SEC_FACTS_H_
#define UACCED_HW_HISI_ABI_SEC_FACTS_H_

#include <linux/types.h>

#include "hw/hisi/abi/sec.h"

#define HISI_SEC_BLOCK_BYTES 16u /* of AES and SM4 */

/*
 * Ciphers in their modes. A payload has min_bytes or more, in whole units of
 * unit_bytes; of GCM and CCM see below.
 */
struct hisi_sec_cipher {
	__u8 c_alg;
	__u8 c_mode;
	__u8 since_version;
	__u8 min_bytes;
	__u8 unit_bytes;
};

static const struct hisi_sec_cipher hisi_sec_ciphers[] = {
	{ HISI_SEC_C_DES, HISI_SEC_MODE_ECB, 2, 8, 8 },
	{ HISI_SEC_C_DES, HISI_SEC_MODE_CBC, 2, 8, 8 },
	{ HISI_SEC_C_3DES, HISI_SEC_MODE_ECB, 2, 8, 8 },
	{ HISI_SEC_C_3DES, HISI_SEC_MODE_CBC, 2, 8, 8 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_ECB, 2, 16, 16 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_CBC, 2, 16, 16 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_CFB, 3, 1, 1 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_OFB, 3, 1, 1 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_CTR, 2, 1, 1 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_CCM, 2, 0, 1 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_GCM, 2, 0, 1 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_XTS, 2, 16, 1 },
	{ HISI_SEC_C_AES, HISI_SEC_MODE_CBC_CS, 3, 17, 1 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_ECB, 2, 16, 16 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_CBC, 2, 16, 16 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_CFB, 3, 1, 1 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_OFB, 3, 1, 1 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_CTR, 2, 1, 1 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_CCM, 3, 0, 1 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_GCM, 3, 0, 1 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_XTS, 2, 16, 1 },
	{ HISI_SEC_C_SM4, HISI_SEC_MODE_CBC_CS, 3, 16, 1 },
};

/* Keys by their code; XTS has two of them, one behind the other. */
struct hisi_sec_key {
	__u8 c_alg;
	__u8 c_key_len;
	__u8 bytes;
	__u8 has_xts;
};

static const struct hisi_sec_key hisi_sec_keys[] = {
	/* UADK's type 2 leaves 0: its length goes into c_icv_len. */
	{ HISI_SEC_C_DES, 0, 8, 0 },
	{ HISI_SEC_C_DES, HISI_SEC_KEY_DES, 8, 0 },
	{ HISI_SEC_C_3DES, HISI_SEC_KEY_3DES_3KEY, 24, 0 },
	{ HISI_SEC_C_3DES, HISI_SEC_KEY_3DES_2KEY, 16, 0 },
	{ HISI_SEC_C_AES, HISI_SEC_KEY_AES_128, 16, 1 },
	{ HISI_SEC_C_AES, HISI_SEC_KEY_AES_192, 24, 0 },
	{ HISI_SEC_C_AES, HISI_SEC_KEY_AES_256, 32, 1 },
	{ HISI_SEC_C_SM4, HISI_SEC_KEY_AES_128, 16, 1 },
};

/* CBC, and an HMAC over what is not ciphered and the ciphertext. */
struct hisi_sec_authenc {
	__u8 c_alg;
	__u8 a_alg;
	__u8 since_version;
};

static const struct hisi_sec_authenc hisi_sec_authencs[] = {
	{ HISI_SEC_C_AES, HISI_SEC_A_SHA1 + HISI_SEC_A_HMAC, 2 },
	{ HISI_SEC_C_AES, HISI_SEC_A_SHA256 + HISI_SEC_A_HMAC, 2 },
	{ HISI_SEC_C_AES, HISI_SEC_A_SHA512 + HISI_SEC_A_HMAC, 2 },
	{ HISI_SEC_C_AES, HISI_SEC_A_HMAC_SM3, 3 },
	{ HISI_SEC_C_SM4, HISI_SEC_A_HMAC_SM3, 3 },
};

/*
 * MACs made of a cipher. parts_since_version: of what is authenticated only of
 * a GCM in parts; 0: none has it. key_bytes ends with a 0.
 */
struct hisi_sec_block_mac {
	__u8 a_alg;
	__u8 since_version;
	__u8 parts_since_version;
	__u8 min_bytes;
	__u8 key_bytes[4];
};

static const struct hisi_sec_block_mac hisi_sec_block_macs[] = {
	{ HISI_SEC_A_AES_XCBC, 3, 0, 1, { 16 } },
	{ HISI_SEC_A_AES_CMAC, 3, 0, 1, { 16 } },
	{ HISI_SEC_A_AES_GMAC, 3, 2, 0, { 16, 24, 32 } },
	{ HISI_SEC_A_SM4_GMAC, 3, 3, 0, { 16 } },
};

/* Hashes and their HMACs; keys of those have up to a block. */
#define HISI_SEC_HASH_SINCE_VERSION 2u

/* Digest, state between parts, block, word. */
#define HISI_SEC_SHA1_BYTES 20, 20, 64, 4
#define HISI_SEC_SHA256_BYTES 32, 32, 64, 4
#define HISI_SEC_MD5_BYTES 16, 16, 64, 4
#define HISI_SEC_SHA224_BYTES 28, 32, 64, 4
#define HISI_SEC_SHA384_BYTES 48, 64, 128, 8
#define HISI_SEC_SHA512_BYTES 64, 64, 128, 8
#define HISI_SEC_SHA512_224_BYTES 28, 64, 128, 8
#define HISI_SEC_SHA512_256_BYTES 32, 64, 128, 8
#define HISI_SEC_SM3_BYTES 32, 32, 64, 4

#define HISI_SEC_MAX_HASH_STATE_BYTES 64u
#define HISI_SEC_MAX_HASH_BLOCK_BYTES 128u

/* Messages without a byte, and GCM and CCM without a payload. */
#define HISI_SEC_EMPTY_SINCE_VERSION 3u
/* The stream scene, for all but a GCM in parts, which needs it. */
#define HISI_SEC_STREAM_SINCE_VERSION 3u

/* Tags of GCM and CCM; of CCM in whole units. */
#define HISI_SEC_MIN_TAG_BYTES 4u
#define HISI_SEC_MAX_TAG_BYTES 16u
#define HISI_SEC_CCM_TAG_UNIT_BYTES 2u

#endif /* UACCED_HW_HISI_ABI_SEC_FACTS_H_ */
