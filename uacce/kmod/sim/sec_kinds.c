// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which kind of operation a descriptor of SEC is.
 */
#include "sec.h"

static u32 sec_classify_auth(const struct sec_op *op, enum sec_kind *kind)
{
	bool from_address = op->ai_gen == HISI_SEC_AI_FROM_ADDR;
	bool pad = op->a_pad == HISI_SEC_PAD;
	bool keyed;

	switch (op->a_alg) {
	case HISI_SEC_A_AES_GMAC:
	case HISI_SEC_A_SM4_GMAC:
		if (from_address != pad)
			return HISI_SEC_SIM_FIELDS;
		*kind = pad ? SEC_KIND_GMAC : SEC_KIND_GHASH;
		return 0;
	case HISI_SEC_A_AES_CMAC:
	case HISI_SEC_A_AES_XCBC:
		if (from_address || !pad)
			return HISI_SEC_SIM_FIELDS;
		*kind = op->a_alg == HISI_SEC_A_AES_CMAC ? SEC_KIND_CMAC :
							   SEC_KIND_XCBC;
		return 0;
	default:
		if (!sec_find_hash(op->a_alg, &keyed))
			return HISI_SEC_SIM_FIELDS;
		*kind = SEC_KIND_HASH;
		return 0;
	}
}

static u32 sec_classify_aead(const struct sec_op *op, enum sec_kind *kind)
{
	bool gcm = op->c_mode == HISI_SEC_MODE_GCM;
	bool pad = op->a_pad == HISI_SEC_PAD;

	if (op->auth != HISI_SEC_AUTH_NONE)
		return HISI_SEC_SIM_FIELDS;
	if (op->ai_gen == HISI_SEC_AI_INITIAL) {
		if (!pad)
			return HISI_SEC_SIM_FIELDS;
		*kind = gcm ? SEC_KIND_GCM : SEC_KIND_CCM;
		return 0;
	}
	if (!gcm || op->scene != HISI_SEC_SCENE_STREAM)
		return HISI_SEC_SIM_FIELDS;
	if (pad && op->type != HISI_SEC_TYPE3)
		return HISI_SEC_SIM_UNSUPPORTED;
	*kind = pad ? SEC_KIND_GCM_END : SEC_KIND_GCM_MIDDLE;
	return 0;
}

/* What an operation whose header is right asks for; or an error_type. */
u32 sec_classify(const struct sec_op *op, enum sec_kind *kind)
{
	if (op->cipher == HISI_SEC_CIPHER_NONE) {
		if (op->auth == HISI_SEC_AUTH_NONE)
			return HISI_SEC_SIM_FIELDS;
		return sec_classify_auth(op, kind);
	}
	if (op->c_mode == HISI_SEC_MODE_GCM || op->c_mode == HISI_SEC_MODE_CCM)
		return sec_classify_aead(op, kind);
	if (op->auth == HISI_SEC_AUTH_NONE) {
		*kind = SEC_KIND_CIPHER;
		return 0;
	}
	if (op->ai_gen != HISI_SEC_AI_INITIAL || op->a_pad != HISI_SEC_PAD)
		return HISI_SEC_SIM_FIELDS;
	*kind = SEC_KIND_AUTHENC;
	return 0;
}
