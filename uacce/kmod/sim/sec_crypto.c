// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the running kernel has of ciphers and hashes, and block modes by it.
 * Whether an algorithm is there is asked once, when the module is loaded: each
 * question for one that is not there may start modprobe.
 */
#include <crypto/hash.h>
#include <crypto/md5.h>
#include <crypto/sha1.h>
#include <crypto/sha2.h>
#include <crypto/skcipher.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "hw/hisi/abi/sec_facts.h"
#include "sec.h"

static const char *const sec_cipher_names[SEC_CIPHERS][SEC_MODES] = {
	[HISI_SEC_C_DES] = { "ecb(des)", "cbc(des)", NULL },
	[HISI_SEC_C_3DES] = { "ecb(des3_ede)", "cbc(des3_ede)", NULL },
	[HISI_SEC_C_AES] = { "ecb(aes)", "cbc(aes)", "ctr(aes)" },
	[HISI_SEC_C_SM4] = { },	/* ours */
};

static const char *const sec_mac_names[SEC_MACS] = {
	[SEC_MAC_CMAC] = "cmac(aes)",
	[SEC_MAC_XCBC] = "xcbc(aes)",
};

/* FIPS 180-4, 5.3.6; the kernel has none of these two. */
static const u64 sec_initial_512_224[8] = {
	0x8c3d37c819544da2, 0x73e1996689dcd4d6, 0x1dfab7ae32ff9c82,
	0x679dd514582f9fcf, 0x0f6d2b697bd44da8, 0x77e36f7304c48942,
	0x3f9d85a86a1d36c8, 0x1112e6ad91d692a1,
};

static const u64 sec_initial_512_256[8] = {
	0x22312194fc2bf72c, 0x9f555fa3c84c64c2, 0x2393b86b6f53b151,
	0x963877195940eabd, 0x96283ee2a88effe3, 0xbe5e1e2553863992,
	0x2b0199fc2c85b8aa, 0x0eb72ddc81c52ca2,
};

const struct sec_hash_alg sec_hash_algs[SEC_HASHES] = {
	{ HISI_SEC_A_SHA1, "sha1", HISI_SEC_SHA1_BYTES, false, NULL,
	  sizeof(struct sha1_state) },
	{ HISI_SEC_A_SHA256, "sha256", HISI_SEC_SHA256_BYTES, false, NULL,
	  sizeof(struct sha256_state) },
	{ HISI_SEC_A_MD5, "md5", HISI_SEC_MD5_BYTES, true, NULL,
	  sizeof(struct md5_state) },
	{ HISI_SEC_A_SHA224, "sha224", HISI_SEC_SHA224_BYTES, false, NULL,
	  sizeof(struct sha256_state) },
	{ HISI_SEC_A_SHA384, "sha384", HISI_SEC_SHA384_BYTES, false, NULL,
	  sizeof(struct sha512_state) },
	{ HISI_SEC_A_SHA512, "sha512", HISI_SEC_SHA512_BYTES, false, NULL,
	  sizeof(struct sha512_state) },
	{ HISI_SEC_A_SHA512_224, "sha512", HISI_SEC_SHA512_224_BYTES, false,
	  sec_initial_512_224, sizeof(struct sha512_state) },
	{ HISI_SEC_A_SHA512_256, "sha512", HISI_SEC_SHA512_256_BYTES, false,
	  sec_initial_512_256, sizeof(struct sha512_state) },
	{ HISI_SEC_A_SM3, NULL, HISI_SEC_SM3_BYTES, false, NULL,
	  sizeof(struct sec_sm3_state) },
};

static bool sec_ciphers_there[SEC_CIPHERS];
static bool sec_hashes_there[SEC_HASHES];
static bool sec_macs_there[SEC_MACS];

static bool sec_probe_cipher(const char *const *names)
{
	unsigned int i;

	for (i = 0; i < SEC_MODES; i++)
		if (names[i] && !crypto_has_skcipher(names[i], 0, 0))
			return false;
	return true;
}

/*
 * With a state that can be taken out, which not every driver's is. Newer kernels
 * have one byte behind it, how much of a block waits. Here none ever does.
 */
static bool sec_probe_hash(const char *name, u32 state_bytes)
{
	struct crypto_shash *tfm = crypto_alloc_shash(name, 0, 0);
	u32 bytes;
	bool there;

	if (IS_ERR(tfm))
		return false;
	bytes = crypto_shash_statesize(tfm);
	there = !state_bytes || bytes == state_bytes ||
		bytes == state_bytes + 1;
	crypto_free_shash(tfm);
	return there;
}

/* SM3 and SM4 are always there, so no device is without work. */
void sim_sec_probe(void)
{
	unsigned int i;

	for (i = 0; i < SEC_CIPHERS; i++)
		sec_ciphers_there[i] = sec_probe_cipher(sec_cipher_names[i]);
	for (i = 0; i < SEC_HASHES; i++) {
		sec_hashes_there[i] = !sec_hash_algs[i].name ||
			sec_probe_hash(sec_hash_algs[i].name,
				       sec_hash_algs[i].kernel_state_bytes);
	}
	for (i = 0; i < SEC_MACS; i++)
		sec_macs_there[i] = sec_probe_hash(sec_mac_names[i], 0);
}

const char *sim_sec_algorithms(void)
{
	return "cipher\ndigest\naead";
}

bool sec_has_cipher(u32 c_alg)
{
	return c_alg < SEC_CIPHERS && sec_ciphers_there[c_alg];
}

bool sec_has_hash(const struct sec_hash_alg *alg)
{
	return sec_hashes_there[alg - sec_hash_algs];
}

bool sec_has_mac(enum sec_mac mac)
{
	return sec_macs_there[mac];
}

/* NULL: not a hash, nor an HMAC. */
const struct sec_hash_alg *sec_find_hash(u32 a_alg, bool *keyed)
{
	unsigned int i;

	*keyed = (a_alg & ~7u) == HISI_SEC_A_HMAC ||
		 a_alg == HISI_SEC_A_HMAC_SM3;
	if (a_alg == HISI_SEC_A_HMAC_SM3)
		a_alg = HISI_SEC_A_SM3;
	else if (*keyed)
		a_alg -= HISI_SEC_A_HMAC;
	for (i = 0; i < SEC_HASHES; i++)
		if (sec_hash_algs[i].a_alg == a_alg)
			return &sec_hash_algs[i];
	return NULL;
}

static struct skcipher_request *sec_request(struct sec_queue *sq, u32 c_alg,
					    enum sec_mode mode)
{
	struct skcipher_request **request = &sq->ciphers[c_alg][mode];
	struct crypto_skcipher *tfm;

	if (*request)
		return *request;
	if (!sec_cipher_names[c_alg][mode])
		return NULL;
	tfm = crypto_alloc_skcipher(sec_cipher_names[c_alg][mode], 0, 0);
	if (IS_ERR(tfm))
		return NULL;
	*request = skcipher_request_alloc(tfm, GFP_KERNEL);
	if (!*request)
		crypto_free_skcipher(tfm);
	return *request;
}

static struct shash_desc *sec_desc(struct shash_desc **desc, const char *name)
{
	struct crypto_shash *tfm;

	if (*desc)
		return *desc;
	tfm = crypto_alloc_shash(name, 0, 0);
	if (IS_ERR(tfm))
		return NULL;
	*desc = kzalloc(sizeof(**desc) + crypto_shash_descsize(tfm),
			GFP_KERNEL);
	if (!*desc) {
		crypto_free_shash(tfm);
		return NULL;
	}
	(*desc)->tfm = tfm;
	return *desc;
}

struct shash_desc *sec_hash_desc(struct sec_queue *sq,
				 const struct sec_hash_alg *alg)
{
	return sec_desc(&sq->hashes[alg - sec_hash_algs], alg->name);
}

struct shash_desc *sec_mac_desc(struct sec_queue *sq, enum sec_mac mac)
{
	return sec_desc(&sq->macs[mac], sec_mac_names[mac]);
}

static void sec_desc_free(struct shash_desc *desc)
{
	if (!desc)
		return;
	crypto_free_shash(desc->tfm);
	kfree_sensitive(desc);
}

void sec_crypto_release(struct sec_queue *sq)
{
	unsigned int i, k;

	for (i = 0; i < SEC_CIPHERS; i++) {
		for (k = 0; k < SEC_MODES; k++) {
			struct skcipher_request *request = sq->ciphers[i][k];
			struct crypto_skcipher *tfm;

			if (!request)
				continue;
			tfm = crypto_skcipher_reqtfm(request);
			skcipher_request_free(request);
			crypto_free_skcipher(tfm);
		}
	}
	for (i = 0; i < SEC_HASHES; i++)
		sec_desc_free(sq->hashes[i]);
	for (i = 0; i < SEC_MACS; i++)
		sec_desc_free(sq->macs[i]);
}

/*
 * In place. @data is from kmalloc(). CBC leaves the last block of the
 * ciphertext in @iv, CTR the counter to go on with; of ECB it is NULL.
 */
int sec_crypt(struct sec_queue *sq, const struct sec_key *key,
	      enum sec_mode mode, bool encrypt, u8 *iv, u8 *data, u32 bytes)
{
	struct skcipher_request *request;
	DECLARE_CRYPTO_WAIT(wait);
	struct crypto_skcipher *tfm;
	struct scatterlist sg;
	u32 iv_bytes;
	int ret;

	if (key->c_alg == HISI_SEC_C_SM4)
		return sec_sm4_crypt(key, mode, encrypt, iv, data, bytes);
	request = sec_request(sq, key->c_alg, mode);
	if (!request)
		return -ENOMEM;
	if (!bytes)
		return 0;
	tfm = crypto_skcipher_reqtfm(request);
	iv_bytes = crypto_skcipher_ivsize(tfm);
	ret = crypto_skcipher_setkey(tfm, key->at, key->bytes);
	if (ret)
		return ret;
	if (iv)
		memcpy(sq->iv, iv, iv_bytes);
	sg_init_one(&sg, data, bytes);
	skcipher_request_set_callback(request, CRYPTO_TFM_REQ_MAY_SLEEP |
				      CRYPTO_TFM_REQ_MAY_BACKLOG,
				      crypto_req_done, &wait);
	skcipher_request_set_crypt(request, &sg, &sg, bytes, sq->iv);
	ret = crypto_wait_req(encrypt ? crypto_skcipher_encrypt(request) :
					crypto_skcipher_decrypt(request),
			      &wait);
	if (iv)
		memcpy(iv, sq->iv, iv_bytes);
	return ret;
}

int sec_encrypt_block(struct sec_queue *sq, const struct sec_key *key,
		      u8 *block)
{
	int ret;

	memcpy(sq->block, block, SEC_BLOCK_BYTES);
	ret = sec_crypt(sq, key, SEC_ECB, true, NULL, sq->block,
			SEC_BLOCK_BYTES);
	memcpy(block, sq->block, SEC_BLOCK_BYTES);
	return ret;
}
