using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        static readonly Operator s_reshape = new("aten::reshape");
        static readonly Operator s_permute = new("aten::permute");
        static readonly Operator s_transpose = new("aten::transpose", "int");
        static readonly Operator s_unsqueeze = new("aten::unsqueeze");
        static readonly Operator s_flatten = new("aten::flatten", "using_ints");
        static readonly Operator s_unflatten = new("aten::unflatten", "int");
        static readonly Operator s_slice = new("aten::slice", "Tensor");
        static readonly Operator s_select = new("aten::select", "int");
        static readonly Operator s_narrow = new("aten::narrow");
        static readonly Operator s_indexSelect = new("aten::index_select");
        static readonly Operator s_repeatInterleave = new("aten::repeat_interleave", "self_int");
        static readonly Operator s_contiguous = new("aten::contiguous");
        static readonly Operator s_clone = new("aten::clone");
        static readonly Operator s_detach = new("aten::detach");
        static readonly Operator s_copyInPlace = new("aten::copy_");
        static readonly Operator s_toType = new("aten::to", "dtype");
        static readonly Operator s_zerosLike = new("aten::zeros_like");
        static readonly Operator s_onesLike = new("aten::ones_like");

        public Tensor reshape(params long[] shape) => s_reshape.Call(this, shape);

        public Tensor permute(params long[] permutation) => s_permute.Call(this, permutation);

        public Tensor transpose(long dim0, long dim1) => s_transpose.Call(this, dim0, dim1);

        public Tensor unsqueeze(long dim) => s_unsqueeze.Call(this, dim);

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => s_flatten.Call(this, start_dim, end_dim);

        public Tensor unflatten(long dim, params long[] sizes) => dim >= 0 && dim < ndim
            ? s_unflatten.Call(this, dim, sizes)
            : throw new ArgumentException($"Invalid 'dim' argument: {dim}.");

        public Tensor slice(long dim, long start, long finish, long step) => s_slice.Call(this, dim, start, finish, step);

        public Tensor select(long dim, long index) => s_select.Call(this, dim, index);

        public Tensor narrow(long dim, long start, long length) => s_narrow.Call(this, dim, start, length);

        public Tensor index_select(long dim, Tensor index) => s_indexSelect.Call(this, dim, index);

        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            s_repeatInterleave.Call(this, repeats, dim, output_size);

        public Tensor contiguous() => s_contiguous.Call(this);

        public Tensor clone() => s_clone.Call(this);

        public Tensor detach() => s_detach.Call(this);

        public Tensor copy_(Tensor source, bool nonBlocking = false) => s_copyInPlace.CallInPlace(this, source, nonBlocking);

        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to_type(type, copy, disposeAfter, non_blocking);

        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            var result = s_toType.Call(this, type, non_blocking, copy);
            if (disposeAfter) { Dispose(); }
            return result;
        }

        public Tensor zeros_like(ScalarType? dtype = null) => s_zerosLike.Call(this, dtype);

        public Tensor ones_like(ScalarType? dtype = null) => s_onesLike.Call(this, dtype);
    }
}
