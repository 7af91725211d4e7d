/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels that uacce.ko is built for, 6.1 to 7.x.
 */
#ifndef _UACCE_COMPAT_H
#define _UACCE_COMPAT_H

#include <linux/device.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/version.h>

#define UACCE_KERNEL_BEFORE(major, minor) \
	(LINUX_VERSION_CODE < KERNEL_VERSION(major, minor, 0))

static inline struct class *uacce_class_create(const char *name)
{
#if UACCE_KERNEL_BEFORE(6, 4)
	return class_create(THIS_MODULE, name);
#else
	return class_create(name);
#endif
}

static inline void uacce_vm_flags_set(struct vm_area_struct *vma,
				      unsigned long flags)
{
#if UACCE_KERNEL_BEFORE(6, 3)
	vma->vm_flags |= flags;
#else
	vm_flags_set(vma, flags);
#endif
}

static inline struct iommu_sva *uacce_iommu_bind(struct device *dev,
						 struct mm_struct *mm)
{
#if UACCE_KERNEL_BEFORE(6, 2)
	return iommu_sva_bind_device(dev, mm, NULL);
#else
	return iommu_sva_bind_device(dev, mm);
#endif
}

/* Up to 6.15 a device has to be told what will be asked of it. */
#if UACCE_KERNEL_BEFORE(6, 16)
static inline int uacce_iommu_enable(struct device *dev)
{
	int ret;

	ret = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_IOPF);
	if (ret) {
		dev_warn(dev, "uacce: no page faults by the device: %d\n", ret);
		return ret;
	}
	ret = iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_SVA);
	if (ret) {
		dev_warn(dev, "uacce: no shared addresses: %d\n", ret);
		iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_IOPF);
	}
	return ret;
}

static inline void uacce_iommu_disable(struct device *dev)
{
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_SVA);
	iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_IOPF);
}
#else
static inline int uacce_iommu_enable(struct device *dev)
{
	return 0;
}

static inline void uacce_iommu_disable(struct device *dev)
{
}
#endif

#endif /* _UACCE_COMPAT_H */
