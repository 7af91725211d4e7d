/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * HiSilicon SEC: descriptors (BD, 128 bytes = 32 dwords) of type 2 (Kunpeng
 * 920, hisi_qm_v2) and type 3 (later ones), and their status word. Fields are
 * given as dword number, shift and mask, because type 3 is packed so that
 * addresses are aligned to 4 bytes only: an address stands in two dwords, the
 * low half first.
 *
 * A device writes the status word (and dwords 29..31, which nobody reads), the
 * output and the tag; everything else of the slot returns as it came.
 *
 * Sources: UADK drv/hisi_sec.c (run and captured), v1/drv/hisi_sec_udrv.h;
 * Linux drivers/crypto/hisilicon/sec2; OP-TEE core/drivers/crypto/hisilicon.
 */
#ifndef UACCED_HW_HISI_ABI_SEC_H_
#define UACCED_HW_HISI_ABI_SEC_H_

#define HISI_SEC_BD_DWORDS 32u

/* Dword 0 of both types. */
#define HISI_SEC_TYPE_MASK 0xfu
#define HISI_SEC_TYPE2 2u
#define HISI_SEC_TYPE3 3u

/* cipher: what is done to the payload. */
#define HISI_SEC_CIPHER_NONE 0u
#define HISI_SEC_CIPHER_ENCRYPT 1u
#define HISI_SEC_CIPHER_DECRYPT 2u
#define HISI_SEC_CIPHER_COPY 3u
/* auth: what is done with the MAC. GCM and CCM: 0. */
#define HISI_SEC_AUTH_NONE 0u
#define HISI_SEC_AUTH_COMPUTE 1u
#define HISI_SEC_AUTH_VERIFY 2u
/* seq */
#define HISI_SEC_CIPHER_THEN_DIGEST 0u
#define HISI_SEC_DIGEST_THEN_CIPHER 1u
/* de: 1, data_dst_addr is used; 0, a digest, or in place. */

/* Address types. */
#define HISI_SEC_ADDR_FLAT 0u
#define HISI_SEC_ADDR_SGL 1u
#define HISI_SEC_ADDR_PRP 2u

/* scene. */
#define HISI_SEC_SCENE_NONE 0u
#define HISI_SEC_SCENE_IPSEC 1u
#define HISI_SEC_SCENE_STORAGE 5u
#define HISI_SEC_SCENE_STREAM 7u
#define HISI_SEC_SCENE_PBKDF2 8u

/* ai_gen: where the state of a hash comes from. */
#define HISI_SEC_AI_INITIAL 0u
#define HISI_SEC_AI_FROM_ADDR 1u
/* a_pad: whether the hash is finished. */
#define HISI_SEC_PAD 0u
#define HISI_SEC_NO_PAD 1u

/* c_alg */
#define HISI_SEC_C_DES 0u
#define HISI_SEC_C_3DES 1u
#define HISI_SEC_C_AES 2u
#define HISI_SEC_C_SM4 3u
/* c_mode */
#define HISI_SEC_MODE_ECB 0u
#define HISI_SEC_MODE_CBC 1u
#define HISI_SEC_MODE_CFB 2u
#define HISI_SEC_MODE_OFB 3u
#define HISI_SEC_MODE_CTR 4u
#define HISI_SEC_MODE_CCM 5u
#define HISI_SEC_MODE_GCM 6u
#define HISI_SEC_MODE_XTS 7u
#define HISI_SEC_MODE_CBC_CS 9u
/* c_width, of CBC_CS */
#define HISI_SEC_CS1 1u
#define HISI_SEC_CS2 2u
#define HISI_SEC_CS3 3u
/* c_key_len; XTS: of one half */
#define HISI_SEC_KEY_AES_128 0u /* and SM4 */
#define HISI_SEC_KEY_AES_192 1u
#define HISI_SEC_KEY_AES_256 2u
#define HISI_SEC_KEY_DES 1u
#define HISI_SEC_KEY_3DES_3KEY 1u
#define HISI_SEC_KEY_3DES_2KEY 3u
/* a_alg */
#define HISI_SEC_A_SHA1 0x00u
#define HISI_SEC_A_SHA256 0x01u
#define HISI_SEC_A_MD5 0x02u
#define HISI_SEC_A_SHA224 0x03u
#define HISI_SEC_A_SHA384 0x04u
#define HISI_SEC_A_SHA512 0x05u
#define HISI_SEC_A_SHA512_224 0x06u
#define HISI_SEC_A_SHA512_256 0x07u
#define HISI_SEC_A_SM3 0x25u
#define HISI_SEC_A_HMAC 0x10u /* added to the above, SM3 excepted */
#define HISI_SEC_A_HMAC_SM3 0x26u
#define HISI_SEC_A_AES_XCBC 0x20u
#define HISI_SEC_A_AES_CMAC 0x21u
#define HISI_SEC_A_AES_GMAC 0x22u
#define HISI_SEC_A_SM4_GMAC 0x31u
/* ctr_count_mode / sm4_xts of type 3 */
#define HISI_SEC3_CTR_ROLLOVER_128 2u
#define HISI_SEC3_SM4_XTS_GB 1u

/* Fields: dword, shift, mask (shifted down). */
#define HISI_SEC_FIELD(dword, shift, mask) dword, shift, mask

/* Type 2. */
#define HISI_SEC2_CIPHER HISI_SEC_FIELD(0, 4, 0x3u)
#define HISI_SEC2_AUTH HISI_SEC_FIELD(0, 6, 0x3u)
#define HISI_SEC2_SEQ HISI_SEC_FIELD(0, 8, 0x1u)
#define HISI_SEC2_DE HISI_SEC_FIELD(0, 9, 0x3u)
#define HISI_SEC2_SCENE HISI_SEC_FIELD(0, 11, 0xfu)
#define HISI_SEC2_SRC_ADDR_TYPE HISI_SEC_FIELD(0, 15, 0x7u)
#define HISI_SEC2_DST_ADDR_TYPE HISI_SEC_FIELD(0, 18, 0x7u)
#define HISI_SEC2_MAC_ADDR_TYPE HISI_SEC_FIELD(0, 21, 0x7u)
#define HISI_SEC2_CI_GEN HISI_SEC_FIELD(1, 6, 0x3u)
#define HISI_SEC2_AI_GEN HISI_SEC_FIELD(1, 8, 0x3u)
#define HISI_SEC2_A_PAD HISI_SEC_FIELD(1, 10, 0x3u)
#define HISI_SEC2_INVALID HISI_SEC_FIELD(1, 31, 0x1u)
#define HISI_SEC2_MAC_LEN HISI_SEC_FIELD(2, 0, 0x1fu)     /* words */
#define HISI_SEC2_A_KEY_LEN HISI_SEC_FIELD(2, 5, 0x3fu)   /* words */
#define HISI_SEC2_A_ALG HISI_SEC_FIELD(2, 11, 0x3fu)
#define HISI_SEC2_C_ICV_LEN HISI_SEC_FIELD(3, 0, 0x3fu)   /* bytes */
#define HISI_SEC2_C_WIDTH HISI_SEC_FIELD(3, 6, 0x7u)
#define HISI_SEC2_C_KEY_LEN HISI_SEC_FIELD(3, 9, 0x7u)
#define HISI_SEC2_C_MODE HISI_SEC_FIELD(3, 12, 0xfu)
#define HISI_SEC2_C_ALG HISI_SEC_FIELD(3, 16, 0xfu)
#define HISI_SEC2_A_LEN HISI_SEC_FIELD(4, 0, 0xffffffu)
#define HISI_SEC2_C_LEN HISI_SEC_FIELD(5, 0, 0xffffffu)
#define HISI_SEC2_AUTH_SRC_OFFSET HISI_SEC_FIELD(6, 0, 0xffffu)
#define HISI_SEC2_CIPHER_SRC_OFFSET HISI_SEC_FIELD(6, 16, 0xffffu)
#define HISI_SEC2_TAG HISI_SEC_FIELD(10, 0, 0xffffu)
/* UADK: of DES the key length lands, unshifted, in c_icv_len. */

/* First of two dwords. */
#define HISI_SEC2_LONG_A_DATA_LEN 12u /* bits */
#define HISI_SEC2_A_IVIN_ADDR 14u
#define HISI_SEC2_A_KEY_ADDR 16u
#define HISI_SEC2_MAC_ADDR 18u
#define HISI_SEC2_C_IVIN_ADDR 20u
#define HISI_SEC2_C_KEY_ADDR 22u
#define HISI_SEC2_DATA_SRC_ADDR 24u
#define HISI_SEC2_DATA_DST_ADDR 26u

/* Type 3. */
#define HISI_SEC3_INVALID HISI_SEC_FIELD(0, 4, 0x1u)
#define HISI_SEC3_SCENE HISI_SEC_FIELD(0, 5, 0xfu)
#define HISI_SEC3_DE HISI_SEC_FIELD(0, 9, 0x3u)
#define HISI_SEC3_SRC_ADDR_TYPE HISI_SEC_FIELD(0, 11, 0x7u)
#define HISI_SEC3_DST_ADDR_TYPE HISI_SEC_FIELD(0, 14, 0x7u)
#define HISI_SEC3_MAC_ADDR_TYPE HISI_SEC_FIELD(0, 17, 0x7u)
#define HISI_SEC3_CIPHER HISI_SEC_FIELD(1, 0, 0x3u)
#define HISI_SEC3_CI_GEN HISI_SEC_FIELD(1, 2, 0x3u)
#define HISI_SEC3_C_ICV_LEN HISI_SEC_FIELD(1, 4, 0x3fu) /* bytes */
#define HISI_SEC3_C_WIDTH HISI_SEC_FIELD(1, 10, 0x7u)
#define HISI_SEC3_C_KEY_LEN HISI_SEC_FIELD(1, 13, 0x7u)
#define HISI_SEC3_C_MODE HISI_SEC_FIELD(1, 16, 0xfu)
#define HISI_SEC3_C_ALG HISI_SEC_FIELD(1, 20, 0xfu)
#define HISI_SEC3_SEQ HISI_SEC_FIELD(1, 30, 0x1u)
#define HISI_SEC3_AUTH HISI_SEC_FIELD(14, 0, 0x3u)
#define HISI_SEC3_AI_GEN HISI_SEC_FIELD(14, 2, 0x3u)
#define HISI_SEC3_MAC_LEN HISI_SEC_FIELD(14, 4, 0x1fu)   /* words */
#define HISI_SEC3_A_KEY_LEN HISI_SEC_FIELD(14, 9, 0x3fu) /* words */
#define HISI_SEC3_A_ALG HISI_SEC_FIELD(14, 15, 0x3fu)
#define HISI_SEC3_CTR_COUNT_MODE HISI_SEC_FIELD(14, 25, 0x3u)
#define HISI_SEC3_SVA_PREFETCH HISI_SEC_FIELD(14, 27, 0x1u)
#define HISI_SEC3_AUTH_SRC_OFFSET HISI_SEC_FIELD(16, 0, 0xffffu)
#define HISI_SEC3_CIPHER_SRC_OFFSET HISI_SEC_FIELD(16, 16, 0xffffu)
#define HISI_SEC3_A_LEN HISI_SEC_FIELD(17, 0, 0xffffffu)
#define HISI_SEC3_C_LEN HISI_SEC_FIELD(18, 0, 0xffffffu)
#define HISI_SEC3_AUTH_PAD HISI_SEC_FIELD(27, 0, 0x3u)
#define HISI_SEC3_MAC_SEL HISI_SEC_FIELD(27, 5, 0x1u)

/* First of two dwords. */
#define HISI_SEC3_TAG 2u
#define HISI_SEC3_DATA_SRC_ADDR 4u
#define HISI_SEC3_A_KEY_ADDR 6u
#define HISI_SEC3_A_IVIN_ADDR 8u
#define HISI_SEC3_C_KEY_ADDR 12u
#define HISI_SEC3_DATA_DST_ADDR 19u
#define HISI_SEC3_MAC_ADDR 21u
#define HISI_SEC3_C_IVIN_ADDR 23u
#define HISI_SEC3_LONG_A_DATA_LEN 25u /* bits; GCM END: see the manual */

/* The status word, the same in both types. */
#define HISI_SEC_STATUS_DWORD 28u
#define HISI_SEC_DONE HISI_SEC_FIELD(28, 0, 0x1u)
#define HISI_SEC_ICV HISI_SEC_FIELD(28, 1, 0x7u)
#define HISI_SEC_FLAG HISI_SEC_FIELD(28, 7, 0xfu)
#define HISI_SEC_ERROR_TYPE HISI_SEC_FIELD(28, 16, 0xffu) /* 0: none */
#define HISI_SEC_ICV_MISMATCH 2u
#define HISI_SEC_FLAG_AUTH_DONE 1u
#define HISI_SEC_FLAG_CIPHER_DONE 2u

/*
 * error_type as our own devices, the model and the simulated one, give it:
 * silicon's numbers are not public, and drivers look only whether it is 0.
 */
#define HISI_SEC_SIM_BD_TYPE 0x01u /* not one that this queue takes */
#define HISI_SEC_SIM_UNSUPPORTED 0x02u /* not by this version or device */
#define HISI_SEC_SIM_FIELDS 0x03u /* values unassigned or contradictory */
#define HISI_SEC_SIM_KEY_LENGTH 0x04u
#define HISI_SEC_SIM_DATA_LENGTH 0x05u
#define HISI_SEC_SIM_MAC_LENGTH 0x06u
#define HISI_SEC_SIM_IV 0x07u /* the counter block of CCM */
#define HISI_SEC_SIM_ADDRESS 0x08u /* no memory there, or a bad list */
#define HISI_SEC_SIM_INTERNAL 0x7fu /* the host's crypto gave up */
#define HISI_SEC_SIM_INJECTED 0xffu /* a fault on demand without a code */

/* Limits, bytes. */
#define HISI_SEC_MAX_DATA_BYTES 0xfffe00u
#define HISI_SEC_MAX_AAD_BYTES 65535u
#define HISI_SEC_MAX_CCM_AAD_BYTES 65279u
#define HISI_SEC_PREFETCH_BYTES 0x6000u /* up to here UADK asks for prefetch */

#endif /* UACCED_HW_HISI_ABI_SEC_H_ */
