namespace Semblance.Numerics.Kernels;

/// <summary>The code kernels' definition, one dimension at a time.</summary>
internal sealed unsafe class ScalarCodeKernel : ICodeKernel
{
    public string Name => "scalar";

    public void Nibbles(byte* query, byte* codes, int codeBytes, int* indexes, int count, int* distances)
    {
        for (var c = 0; c < count; c++)
        {
            var code = codes + ((nint)indexes[c] * codeBytes);
            var sum = 0;
            for (var group = 0; group < codeBytes; group += 64)
            {
                for (var i = 0; i < 64; i++)
                {
                    var low = query[(2 * group) + i] - (8 * (code[group + i] & 15));
                    var high = query[(2 * group) + 64 + i] - (8 * (code[group + i] >> 4));
                    sum += (low * low) + (high * high);
                }
            }
            distances[c] = sum;
        }
    }

    public void Bytes(byte* query, byte* codes, int codeBytes, int* indexes, int count, int* distances)
    {
        for (var c = 0; c < count; c++)
        {
            var code = codes + ((nint)indexes[c] * codeBytes);
            var sum = 0;
            for (var i = 0; i < codeBytes; i++)
            {
                var difference = query[i] - code[i];
                sum += difference * difference;
            }
            distances[c] = sum;
        }
    }

    public void NibbleProducts(sbyte* query, byte* codes, int codeBytes, int* indexes, int count, int bias, int* distances)
    {
        for (var c = 0; c < count; c++)
        {
            var code = codes + ((nint)indexes[c] * codeBytes);
            var sum = 0;
            for (var group = 0; group < codeBytes; group += 64)
            {
                for (var i = 0; i < 64; i++)
                    sum += (query[(2 * group) + i] * (code[group + i] & 15)) + (query[(2 * group) + 64 + i] * (code[group + i] >> 4));
            }
            distances[c] = bias - sum;
        }
    }

    public void ByteProducts(sbyte* query, byte* codes, int codeBytes, int* indexes, int count, int bias, int* distances)
    {
        for (var c = 0; c < count; c++)
        {
            var code = codes + ((nint)indexes[c] * codeBytes);
            var sum = 0;
            for (var i = 0; i < codeBytes; i++)
                sum += query[i] * code[i];
            distances[c] = bias - sum;
        }
    }
}
