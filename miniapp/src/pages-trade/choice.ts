import { ref } from 'vue'

/** The address chosen for the order being prepared; null means the customer's default. */
export const chosenAddress = ref<number | null>(null)
