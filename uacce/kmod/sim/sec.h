/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What SEC is made of. Names and values of an operation are those of the
 * header of its descriptors.
 */
#ifndef UACCED_UACCE_SIM_SEC_H
#define UACCED_UACCE_SIM_SEC_H

#include <linux/types.h>

#include "hw/hisi/abi/sec.h"
#include "sim.h"

#define SEC_BLOCK_BYTES		16
#define SEC_NONCE_BYTES		12
#define SEC_MAX_KEY_BYTES	64
#define SEC_MAX_HASH_BLOCK	128
#define SEC_MAX_STATE_BYTES	64

/* What an operation is, once judged. */
enum sec_kind {
	SEC_KIND_CIPHER,
	SEC_KIND_GCM,
	SEC_KIND_GCM_MIDDLE,
	SEC_KIND_GCM_END,
	SEC_KIND_CCM,
	SEC_KIND_AUTHENC,
	SEC_KIND_HASH,
	SEC_KIND_GHASH,
	SEC_KIND_GMAC,
	SEC_KIND_CMAC,
	SEC_KIND_XCBC,
};

/**
 * struct sec_op - a descriptor taken apart
 * @c_key_len: a code; other lengths are in bytes
 * @foreign: asks for what nobody here does: keys out of fuses, IVs made by the
 *	device, padding, IPsec, PBKDF2
 */
struct sec_op {
	u32 type;
	bool invalid;
	u32 cipher;
	u32 auth;
	u32 seq;
	u32 de;
	u32 scene;
	u32 src_addr_type;
	u32 dst_addr_type;
	u32 mac_addr_type;
	u32 ai_gen;
	u32 a_pad;
	u32 a_alg;
	u32 a_key_bytes;
	u32 mac_bytes;
	u32 c_alg;
	u32 c_mode;
	u32 c_width;
	u32 c_key_len;
	u32 c_icv_bytes;
	bool sm4_xts_gb;
	u32 a_bytes;
	u32 c_bytes;
	u32 auth_src_offset;
	u32 cipher_src_offset;
	u64 long_a_data_len;
	u64 data_src_addr;
	u64 data_dst_addr;
	u64 mac_addr;
	u64 a_key_addr;
	u64 a_ivin_addr;
	u64 c_key_addr;
	u64 c_ivin_addr;
	bool foreign;
};

/* sec_op.c */
void sec_decode(const struct sim_sqe *sqe, struct sec_op *op);

/* sec_kinds.c, sec_rules.c. They answer an error_type, 0 if there is none. */
u32 sec_classify(const struct sec_op *op, enum sec_kind *kind);
u32 sec_judge(u32 version, const struct sec_op *op, enum sec_kind *kind);
u32 sec_cipher_key_bytes(const struct sec_op *op);	/* 0: no such key */

/* sec_crypto.c: ciphers of the kernel. */
enum sec_mode {
	SEC_ECB,
	SEC_CBC,
	SEC_CTR,
	SEC_MODES,
};

#define SEC_CIPHERS	4	/* DES, 3DES, AES, SM4 */

enum sec_mac {
	SEC_MAC_CMAC,
	SEC_MAC_XCBC,
	SEC_MACS,
};

struct sec_hash_alg {
	u32 a_alg;
	const char *name;	/* NULL: SM3, which is ours */
	u32 digest_bytes;
	u32 state_bytes;
	u32 block_bytes;
	u32 word_bytes;
	bool little_endian;
	const u64 *initial;	/* NULL: that of @name */
	u32 kernel_state_bytes;
};

#define SEC_HASHES	9

extern const struct sec_hash_alg sec_hash_algs[SEC_HASHES];
const struct sec_hash_alg *sec_find_hash(u32 a_alg, bool *keyed);
bool sec_has_hash(const struct sec_hash_alg *alg);

/*
 * sec_sm.c: SM3 and SM4, ours. The state of the hash begins as those of the
 * kernel's do.
 */
#define SEC_SM3_WORDS		8
#define SEC_SM3_BLOCK_BYTES	64

struct sec_sm3_state {
	u32 words[SEC_SM3_WORDS];
	u64 bytes;
	u8 block[SEC_SM3_BLOCK_BYTES];
};

struct sec_key;

void sec_sm3_init(struct sec_sm3_state *state);
void sec_sm3_update(struct sec_sm3_state *state, const u8 *data, u32 bytes);
void sec_sm3_final(struct sec_sm3_state *state, u8 *digest);
int sec_sm4_crypt(const struct sec_key *key, enum sec_mode mode, bool encrypt,
		  u8 *iv, u8 *data, u32 bytes);

struct skcipher_request;
struct shash_desc;

/**
 * struct sec_queue - what the engine keeps for a queue: made when first needed
 * @iv: that a request may be given
 * @block: likewise
 */
struct sec_queue {
	struct skcipher_request *ciphers[SEC_CIPHERS][SEC_MODES];
	struct shash_desc *hashes[SEC_HASHES];
	struct shash_desc *macs[SEC_MACS];
	u8 iv[SEC_BLOCK_BYTES];
	u8 block[SEC_BLOCK_BYTES];
};

bool sec_has_cipher(u32 c_alg);
bool sec_has_mac(enum sec_mac mac);
void sec_crypto_release(struct sec_queue *sq);
struct shash_desc *sec_hash_desc(struct sec_queue *sq,
				 const struct sec_hash_alg *alg);
struct shash_desc *sec_mac_desc(struct sec_queue *sq, enum sec_mac mac);

/**
 * struct sec_key - a key, and of which cipher
 */
struct sec_key {
	u32 c_alg;
	u32 bytes;
	u8 at[SEC_MAX_KEY_BYTES];
};

int sec_crypt(struct sec_queue *sq, const struct sec_key *key,
	      enum sec_mode mode, bool encrypt, u8 *iv, u8 *data, u32 bytes);
int sec_encrypt_block(struct sec_queue *sq, const struct sec_key *key,
		      u8 *block);

/* sec_modes.c: what is made of those. */
struct sec_stream {
	struct sec_queue *sq;
	const struct sec_op *op;
	bool encrypt;
	bool begun;
	struct sec_key key;	/* of XTS the first half */
	struct sec_key key2;
	u8 iv[SEC_BLOCK_BYTES];	/* of the piece to come */
	u8 *scratch;		/* SIM_PIECE_BYTES */
};

/* Pieces but the last are whole blocks; @data has room for one more block. */
int sec_stream_crypt(struct sec_stream *s, u8 *data, u32 bytes, bool last);

/* sec_gcm.c */
struct sec_gcm {
	u64 high[16];
	u64 low[16];
	u8 state[SEC_BLOCK_BYTES];
};

int sec_gcm_start(struct sec_gcm *gcm, struct sec_queue *sq,
		  const struct sec_key *key);
void sec_gcm_absorb(struct sec_gcm *gcm, const u8 *data, u32 bytes);
int sec_gcm_crypt(struct sec_gcm *gcm, struct sec_queue *sq,
		  const struct sec_key *key, bool encrypt, u8 *counter,
		  u8 *data, u32 bytes);
int sec_gcm_finish(struct sec_gcm *gcm, struct sec_queue *sq,
		   const struct sec_key *key, const u8 *first_counter,
		   u64 aad_bytes, u64 payload_bytes, u8 *tag);
void sec_gcm_first_counter(u8 *counter, const u8 *nonce);

/* sec_hash.c */
struct sec_hash {
	const struct sec_hash_alg *alg;
	struct shash_desc *desc;	/* NULL: SM3 */
	struct sec_sm3_state sm3;
	bool keyed;
	u32 key_bytes;
	u8 key[SEC_MAX_HASH_BLOCK];
};

int sec_hash_find(struct sec_hash *hash, struct sec_queue *sq, u32 a_alg);
int sec_hash_begin(struct sec_hash *hash);
int sec_hash_resume(struct sec_hash *hash, const u8 *state, u64 absorbed_bytes);
int sec_hash_update(struct sec_hash *hash, const u8 *data, u32 bytes);
int sec_hash_export(struct sec_hash *hash, u8 *state);
int sec_hash_finish(struct sec_hash *hash, u8 *digest);

/* sec_cipher_unit.c, sec_auth_unit.c: the work. They answer an error_type. */
u32 sec_run_cipher(struct sim_queue *q, enum sec_kind kind,
		   const struct sec_op *op, bool *mismatch);
u32 sec_run_auth(struct sim_queue *q, enum sec_kind kind,
		 const struct sec_op *op, bool *mismatch);

/* sec_operands.c */
u32 sec_error_of(int ret);
u32 sec_next_piece(u64 left);
u32 sec_mac_bytes(enum sec_kind kind, const struct sec_op *op);
bool sec_verifies(enum sec_kind kind, const struct sec_op *op);
int sec_open_source(struct sim_queue *q, const struct sec_op *op,
		    struct sim_cursor *c, u64 offset, u64 bytes);
int sec_open_payload(struct sim_queue *q, const struct sec_op *op,
		     struct sim_cursor *c);
struct sec_expected {
	bool verify;
	u32 bytes;
	u8 mac[SEC_MAX_STATE_BYTES];
};

int sec_expect_mac(struct sim_queue *q, enum sec_kind kind,
		   const struct sec_op *op, struct sec_expected *expected);
int sec_deliver_mac(struct sim_queue *q, const struct sec_op *op,
		    const struct sec_expected *expected, const u8 *mac,
		    bool *mismatch);

#endif /* UACCED_UACCE_SIM_SEC_H */
