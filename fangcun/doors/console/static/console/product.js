// A further row of SKUs, with the number that Django's formset counts by.
document.getElementById('add-sku')?.addEventListener('click', () => {
  const total = document.getElementById('id_sku-TOTAL_FORMS')
  const holder = document.createElement('tbody')
  holder.innerHTML = document.getElementById('sku-row').innerHTML.replaceAll('__prefix__', total.value)
  document.querySelector('#skus tbody').append(holder.firstElementChild)
  total.value = Number(total.value) + 1
})
