// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has the class "uacce", as another uacce in the same kernel would.
 */
#include <linux/device.h>
#include <linux/err.h>
#include <linux/module.h>

#include "uacce_compat.h"

static struct class *class;

static int __init squatter_init(void)
{
	class = uacce_class_create("uacce");
	return PTR_ERR_OR_ZERO(class);
}

static void __exit squatter_exit(void)
{
	class_destroy(class);
}

module_init(squatter_init);
module_exit(squatter_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The uacced authors");
MODULE_DESCRIPTION("Takes the name of the class uacce");
