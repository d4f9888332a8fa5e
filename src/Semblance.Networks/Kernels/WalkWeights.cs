namespace Semblance.Networks.Kernels;

/// <summary>
/// Weights as the right factor of a product over a walk: element (tap, channel k; column j) of group g is
/// <c>w[tapOffset + g · GroupStep + k · DepthStride + j · ColumnStride]</c>, columns being counted over all groups.
/// </summary>
/// <param name="Groups">Groups of channels that do not mix.</param>
/// <param name="Depth">Channels that a group reads.</param>
/// <param name="Columns">Channels that a group writes.</param>
/// <param name="DepthStride">Elements from a channel read to the next.</param>
/// <param name="ColumnStride">Elements from a channel written to the next.</param>
/// <param name="GroupStep">Elements from a group to the next, beyond what its columns' numbers account for.</param>
/// <param name="AllColumns">Channels written in all groups.</param>
/// <param name="Taps">Elements to each tap of the walk; null where taps follow each other as channels do.</param>
internal sealed record WalkWeights(int Groups, int Depth, int Columns, nint DepthStride, nint ColumnStride, nint GroupStep, int AllColumns, nint[]? Taps);
