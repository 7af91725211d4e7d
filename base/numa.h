// The machine's NUMA nodes, as /sys/devices/system/node shows them when first
// asked; one node, 0, where there is nothing to see.
//
// Threads: thread-safe.
#ifndef UACCED_BASE_NUMA_H_
#define UACCED_BASE_NUMA_H_

#include <string_view>
#include <vector>

namespace uacced {

// A kernel list such as "0-3,8,10-11". Empty when it is none, or names
// processors past 65,535.
std::vector<int> ParseCpuList(std::string_view text);

// Nodes that have processors, ascending; at least one.
const std::vector<int>& NumaNodes();

// The processors of `node`; empty when there is no such node.
std::vector<int> CpusOfNumaNode(int node);

// 0 for a processor that no node claims.
int NumaNodeOfCpu(int cpu);

}  // namespace uacced

#endif  // UACCED_BASE_NUMA_H_
